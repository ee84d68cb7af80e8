// A server-streaming method: each open stream has a feed, which is asked for
// the next message when the stream opens, at each wake, when a message has gone
// out, and when it is due.
//
// One message is under way at a time: a client that does not read holds back
// its own feed only, and what it then gets is the newest state, not a backlog.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/strings.h"
#include "rpc/loop.h"
#include "rpc/method.h"
#include "rpc/stats.h"
#include "rpc/status.h"
#include "rpc/tag.h"

namespace gpuscaler::rpc {

// What one open stream has to say. The loop's thread only.
template <class Response>
class Feed {
 public:
  virtual ~Feed() = default;
  // The next message; empty: nothing to say at `now`.
  virtual std::optional<Response> Next(base::SteadyTime now) = 0;
  // When Next will have something to say even if nothing happens.
  virtual base::SteadyTime due() const { return kNever; }
};

template <class Service, class Request, class Response>
class ServerStreamMethod final : public Method {
 public:
  // An error ends the stream with that status before any message.
  using Handler =
      std::function<absl::StatusOr<std::unique_ptr<Feed<Response>>>(const Request& request)>;
  // The generated Service::RequestMETHOD.
  using RequestFunction = void (Service::*)(grpc::ServerContext*, Request*,
                                            grpc::ServerAsyncWriter<Response>*,
                                            grpc::CompletionQueue*, grpc::ServerCompletionQueue*,
                                            void*);

  // What is passed must outlive the method.
  ServerStreamMethod(Loop& loop, Service& service, RequestFunction function, MethodStats& stats,
                     StreamBudget& budget, Handler handler)
      : loop_(loop),
        service_(service),
        function_(function),
        stats_(stats),
        budget_(budget),
        handler_(std::move(handler)) {}

  void Listen() override {
    if (!loop_.closed()) (new Stream(*this))->Wait();
  }

 private:
  // Owns itself: deleted when gRPC holds none of its tags any more.
  class Stream final : public Sleeper {
   public:
    explicit Stream(ServerStreamMethod& method) : method_(method), writer_(&context_) {}

    void Wait() {
      context_.AsyncNotifyWhenDone(&gone_tag_);
      // Locals: GCC 12's sanitizer loses the objects of one long expression.
      Service& service = method_.service_;
      const RequestFunction function = method_.function_;
      (service.*function)(&context_, &request_, &writer_, method_.loop_.queue(),
                          method_.loop_.queue(), &arrived_tag_);
    }

    void Poll(base::SteadyTime now) override {
      if (writing_ || finishing_ || gone_) return;
      if (std::optional<Response> message = feed_->Next(now)) {
        writing_ = true;
        writer_.Write(*message, &written_tag_);
      }
    }

    base::SteadyTime due() const override {
      return writing_ || finishing_ || gone_ ? kNever : feed_->due();
    }

    void End() override {
      ending_ = true;
      if (!writing_ && !finishing_ && !gone_) Finish(grpc::Status::OK);
    }

   private:
    void OnArrived(bool ok) {
      if (!ok || method_.loop_.closed()) {
        delete this;  // the server shuts down; gone_tag_ never comes
        return;
      }
      method_.Listen();
      MethodStats::Count(method_.stats_.requests);
      if (const absl::Status opened = Open(); !opened.ok()) {
        MethodStats::Count(method_.stats_.errors);
        Finish(ToGrpc(opened));
        return;
      }
      Poll(base::Now());
      method_.loop_.Attach(this);
    }

    absl::Status Open() {
      if (!method_.budget_.Take()) {
        return absl::ResourceExhaustedError(
            base::StrCat("too many open streams: this server holds ", method_.budget_.most()));
      }
      counted_ = true;
      method_.stats_.open_streams.fetch_add(1, std::memory_order_relaxed);
      auto feed = method_.handler_(request_);
      if (!feed.ok()) return feed.status();
      feed_ = *std::move(feed);
      return absl::OkStatus();
    }

    void OnWritten(bool ok) {
      writing_ = false;
      if (gone_) {
        MaybeDelete();
      } else if (method_.loop_.closed()) {
        // Nothing may start any more; gone_tag_ is on its way.
      } else if (ending_) {
        Finish(grpc::Status::OK);
      } else if (ok) {
        Poll(base::Now());
        method_.loop_.SweepAt(due());
      }
    }

    void OnFinished(bool) {
      finish_pending_ = false;
      MaybeDelete();
    }

    void OnGone(bool) {
      gone_ = true;
      Close();
      method_.loop_.Detach(this);
      MaybeDelete();
    }

    void Finish(const grpc::Status& status) {
      finishing_ = finish_pending_ = true;
      Close();
      writer_.Finish(status, &finished_tag_);
    }

    // Not a stream any more, whatever gRPC still has to do with it.
    void Close() {
      if (!std::exchange(counted_, false)) return;
      method_.budget_.Return();
      method_.stats_.open_streams.fetch_sub(1, std::memory_order_relaxed);
    }

    void MaybeDelete() {
      if (gone_ && !writing_ && !finish_pending_) delete this;
    }

    ServerStreamMethod& method_;
    grpc::ServerContext context_;
    Request request_;
    grpc::ServerAsyncWriter<Response> writer_;
    std::unique_ptr<Feed<Response>> feed_;
    bool counted_ = false;         // in budget and statistics
    bool writing_ = false;         // written_tag_ is under way
    bool finishing_ = false;       // Finish was called
    bool finish_pending_ = false;  // finished_tag_ is under way
    bool ending_ = false;          // finish with OK once the write is done
    bool gone_ = false;            // gone_tag_ has come
    MemberTag<Stream> arrived_tag_{this, &Stream::OnArrived};
    MemberTag<Stream> written_tag_{this, &Stream::OnWritten};
    MemberTag<Stream> finished_tag_{this, &Stream::OnFinished};
    MemberTag<Stream> gone_tag_{this, &Stream::OnGone};
  };

  Loop& loop_;
  Service& service_;
  const RequestFunction function_;
  MethodStats& stats_;
  StreamBudget& budget_;
  const Handler handler_;
};

}  // namespace gpuscaler::rpc
