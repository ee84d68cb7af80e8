// What the server says on one open stream, and what it hears. The loop's thread
// only.
//
// One message is under way at a time in each direction: a client that does not
// read holds back its own stream only, and what it then gets is the newest
// state, not a backlog.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "base/time.h"
#include "rpc/loop.h"
#include "rpc/message.h"

namespace gpuscaler::rpc {

// In bytes, as the call sees it.
class Conversation {
 public:
  virtual ~Conversation() = default;
  // An error ends the stream with it. Asked before each of the questions below.
  virtual absl::Status GoesOn(base::SteadyTime) { return absl::OkStatus(); }
  // The next message; empty: nothing to say at `now`. Asked when the stream
  // opens, at each wake, when a message has gone out or come in, and when due.
  virtual std::optional<grpc::ByteBuffer> NextBytes(base::SteadyTime now) = 0;
  // When there will be something to say even if nothing happens.
  virtual base::SteadyTime due() const { return kNever; }
  // Whether the client's next message may come now. One that never listens
  // serves clients whose one message opened the stream.
  virtual bool listens() const { return false; }
  // An error ends the stream with it.
  virtual absl::Status OnBytes(grpc::ByteBuffer&) { return absl::OkStatus(); }
  // The stream ended in the middle: the client or its connection is gone, or what it sent was more
  // than the server takes (which gRPC 1.51 tells the client alone).
  virtual void OnBreak() {}
};

// One that only speaks.
template <class Response>
class Feed : public Conversation {
 public:
  virtual std::optional<Response> Next(base::SteadyTime now) = 0;

  std::optional<grpc::ByteBuffer> NextBytes(base::SteadyTime now) final {
    const std::optional<Response> message = Next(now);
    if (!message) return std::nullopt;
    return WriteMessage(*message);
  }
};

// One in which each request gets one response, in order. The next request is
// not read before the response to the last one is on its way.
template <class Request, class Response>
class Exchange final : public Conversation {
 public:
  using Handler = std::function<Response(const Request& request)>;
  explicit Exchange(std::shared_ptr<const Handler> handler) : handler_(std::move(handler)) {}

  std::optional<grpc::ByteBuffer> NextBytes(base::SteadyTime) override {
    return std::exchange(response_, std::nullopt);
  }
  bool listens() const override { return !response_.has_value(); }
  absl::Status OnBytes(grpc::ByteBuffer& bytes) override {
    const auto request = ReadMessage<Request>(bytes);
    if (!request.ok()) return request.status();
    response_ = WriteMessage((*handler_)(*request));
    return absl::OkStatus();
  }

 private:
  const std::shared_ptr<const Handler> handler_;
  std::optional<grpc::ByteBuffer> response_;
};

}  // namespace gpuscaler::rpc
