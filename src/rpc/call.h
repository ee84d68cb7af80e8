// One call of any method, from its headers to its end.
//
// Calls come in by their headers alone and their message is read afterwards, so
// that one whose message never comes is known and can be ended. A unary call is
// then answered at once; a stream becomes a conversation, at once where its
// client streams too.
#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "rpc/conversation.h"
#include "rpc/loop.h"
#include "rpc/method.h"
#include "rpc/tag.h"
#include "rpc/waiting_calls.h"

namespace gpuscaler::rpc {

// What the calls of a server share. The loop's thread only, once it runs.
struct Switchboard {
  Loop& loop;
  grpc::ServerCompletionQueue* queue;  // the loop's
  StreamBudget budget;
  StreamBudget side_budget;  // of services that only look at the server
  WaitingCalls arriving;     // for their request
  WaitingCalls answering;    // until the answer is taken
  size_t most_patient;       // calls that wait for what they are answered
  size_t patient = 0;
  grpc::AsyncGenericService service;
  std::unordered_map<std::string, Method> methods;  // by path, "/package.Service/Method"
  uint64_t arrived = 0;                             // calls so far
};

class Call final : public Sleeper, public WaitingCall, public OpenStream {
 public:
  // Asks gRPC for the next call, and so does each that arrives. The switchboard
  // must outlive them.
  static void Listen(Switchboard& board);

  // As a stream on the loop, or while its answer is under way.
  void Poll(base::SteadyTime now) override;
  base::SteadyTime due() const override;
  void End() override;

  std::string peer() const override { return context_.peer(); }
  void GiveUp(const absl::Status& why) override;
  void Evict() override;

 private:
  explicit Call(Switchboard& board) : board_(board), stream_(&context_) {}
  ~Call() override = default;

  void OnArrived(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnGone(bool ok);

  void Reply(const UnaryBytes& answer);
  void Await(LaterResponse later);
  void Send(const Response& response);
  void Open(const std::function<absl::StatusOr<std::unique_ptr<Conversation>>()>& open);
  void Advance(base::SteadyTime now);
  // Once the write that is under way is done.
  void EndStream(const absl::Status& status);
  void Finish(const absl::Status& status);
  void StopWaiting();
  void CloseStream();
  // gRPC takes no new operation of this call.
  bool over() const { return gone_ || finishing_ || board_.loop.closed(); }
  void MaybeDelete();

  Switchboard& board_;
  const Method* method_ = nullptr;  // nullptr: not known yet, or no such method
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
  grpc::ByteBuffer message_;
  std::unique_ptr<Conversation> conversation_;  // a stream's
  LaterResponse later_;                         // of a unary call that waits for its answer
  bool patient_ = false;                        // counted on the switchboard
  base::SteadyTime answer_by_ = kNever;
  bool attached_ = false;               // to the loop
  bool counted_ = false;                // in the budget and the statistics
  bool heard_all_ = false;              // the client sends no more
  std::optional<absl::Status> ending_;  // finish with it once the write is done
  bool last_word_due_ = false;          // the same, but ask once more before
  bool finishing_ = false;              // the status is on its way
  bool gone_ = false;                   // gone_tag_ has come
  // Tags under way; gRPC holds them, so the call must live.
  bool reading_ = false;
  bool writing_ = false;
  bool finish_pending_ = false;
  MemberTag<Call> arrived_tag_{this, &Call::OnArrived};
  MemberTag<Call> read_tag_{this, &Call::OnRead};
  MemberTag<Call> written_tag_{this, &Call::OnWritten};
  MemberTag<Call> finished_tag_{this, &Call::OnFinished};
  MemberTag<Call> gone_tag_{this, &Call::OnGone};
};

}  // namespace gpuscaler::rpc
