#include "rpc/call.h"

#include <string_view>
#include <utility>

#include "base/strings.h"
#include "rpc/status.h"

namespace gpuscaler::rpc {
namespace {

constexpr size_t kMostEchoed = 200;  // characters of a path that nobody serves

absl::Status NoSuchMethod(std::string_view path) {
  return absl::UnimplementedError(
      base::StrCat("this server has no method ", path.substr(0, kMostEchoed)));
}

}  // namespace

void Call::Listen(Switchboard& board) {
  if (board.loop.closed()) return;
  auto* call = new Call(board);
  call->context_.AsyncNotifyWhenDone(&call->gone_tag_);
  board.service.RequestCall(&call->context_, &call->stream_, board.queue, board.queue,
                            &call->arrived_tag_);
}

void Call::OnArrived(bool ok) {
  if (!ok || board_.loop.closed()) {
    delete this;  // the server shuts down; gone_tag_ never comes
    return;
  }
  Switchboard& board = board_;
  ++board.arrived;
  const auto found = board.methods.find(context_.method());
  if (found == board.methods.end()) {
    Finish(NoSuchMethod(context_.method()));
  } else {
    method_ = &found->second;
    MethodStats::Count(method_->stats.requests);
    if (const auto* exchange = std::get_if<OpenExchange>(&method_->answer)) {
      Open([this, exchange] { return (*exchange)(CallerOf(context_)); });
    } else if (board.arriving.Refuses(context_.peer())) {
      // Refused one by one: a client that comes back and opens thousands of
      // streams at once, whose requests flow control holds back, means no harm.
      Finish(absl::ResourceExhaustedError("too many calls wait for their request; try again"));
    } else {
      board.arriving.Enter(*this, base::Now());
      reading_ = true;
      stream_.Read(&message_, &read_tag_);
    }
  }
  // Last: the message of this call, if it is here, is then handled before the
  // next call is taken, and few wait though many come at once.
  Listen(board);
}

void Call::OnRead(bool ok) {
  reading_ = false;
  if (conversation_ != nullptr) {
    heard_all_ = !ok;
    if (ok && !over()) {
      const absl::Status heard = conversation_->OnBytes(message_);
      if (!heard.ok()) EndStream(heard);
    }
    Advance(base::Now());
    board_.loop.SweepAt(due());
    return MaybeDelete();
  }
  board_.arriving.Leave(*this);
  if (over()) return MaybeDelete();
  if (!ok) {
    Finish(absl::InvalidArgumentError("the call ended before its request was complete"));
  } else if (const auto* unary = std::get_if<UnaryBytes>(&method_->answer)) {
    Reply(*unary);
  } else {
    Open([this] { return std::get<OpenFeed>(method_->answer)(message_); });
  }
}

void Call::Reply(const UnaryBytes& answer) {
  auto response = answer(message_);
  message_.Clear();
  if (auto* later = std::get_if<LaterResponse>(&response)) {
    Await(std::move(*later));
  } else {
    Send(std::get<Response>(response));
  }
}

void Call::Await(LaterResponse later) {
  if (board_.patient >= board_.most_patient) return Send(*later(false));
  ++board_.patient;
  patient_ = true;
  later_ = std::move(later);
  answer_by_ = base::Now() + kLongestWait;
  attached_ = true;
  board_.loop.Attach(this);
}

void Call::Send(const Response& response) {
  if (!response.ok()) return Finish(response.status());
  StopWaiting();
  board_.answering.Enter(*this, base::Now());
  finishing_ = finish_pending_ = true;
  stream_.WriteAndFinish(*response, grpc::WriteOptions(), grpc::Status::OK, &finished_tag_);
}

void Call::Poll(base::SteadyTime now) {
  if (conversation_ != nullptr) return Advance(now);
  if (over()) return;
  if (const auto response = later_(now < answer_by_)) Send(*response);
}

void Call::Open(const std::function<absl::StatusOr<std::unique_ptr<Conversation>>()>& open) {
  if (!method_->budget.Take(*this, context_.peer())) {
    return Finish(absl::ResourceExhaustedError(
        base::StrCat("too many open streams: this server holds ", method_->budget.most())));
  }
  counted_ = true;
  method_->stats.open_streams.fetch_add(1, std::memory_order_relaxed);
  auto conversation = open();
  message_.Clear();
  if (!conversation.ok()) return Finish(conversation.status());
  conversation_ = *std::move(conversation);
  Advance(base::Now());
  attached_ = true;
  board_.loop.Attach(this);
}

void Call::Advance(base::SteadyTime now) {
  if (over() || ending_) return;
  if (const absl::Status on = conversation_->GoesOn(now); !on.ok()) return EndStream(on);
  if (!writing_) {
    if (std::optional<grpc::ByteBuffer> message = conversation_->NextBytes(now)) {
      writing_ = true;
      stream_.Write(*message, &written_tag_);
    } else if (heard_all_) {
      Finish(absl::OkStatus());
      return;
    }
  }
  if (!reading_ && !heard_all_ && conversation_->listens()) {
    reading_ = true;
    message_.Clear();
    stream_.Read(&message_, &read_tag_);
  }
}

base::SteadyTime Call::due() const {
  if (writing_ || over()) return kNever;
  return conversation_ != nullptr ? conversation_->due() : answer_by_;
}

void Call::OnWritten(bool ok) {
  writing_ = false;
  if (ending_) {
    EndStream(*ending_);
  } else if (last_word_due_) {
    End();
  } else if (ok) {
    Advance(base::Now());
    board_.loop.SweepAt(due());
  }
  MaybeDelete();
}

void Call::End() {
  if (conversation_ == nullptr) {
    if (!over()) Send(*later_(false));
    return;
  }
  last_word_due_ = writing_;
  if (last_word_due_) return;
  Advance(base::Now());  // what there is to say about the end
  EndStream(absl::OkStatus());
}

void Call::EndStream(const absl::Status& status) {
  if (writing_) {
    ending_ = status;
  } else if (!over()) {
    Finish(status);
  }
}

void Call::GiveUp(const absl::Status& why) {
  if (over()) {
    context_.TryCancel();  // its status is on its way and nobody takes it
  } else {
    Finish(why);
  }
}

void Call::Evict() {
  CloseStream();
  const absl::Status why = absl::ResourceExhaustedError(
      base::StrCat("other clients need streams too, of which this server holds ",
                   method_->budget.most(), ": see --max-streams"));
  // A client that reads nothing would keep a write, and with it the stream, for ever.
  if (writing_) context_.TryCancel();
  EndStream(why);
}

void Call::Finish(const absl::Status& status) {
  if (!status.ok() && method_ != nullptr) MethodStats::Count(method_->stats.errors);
  CloseStream();
  StopWaiting();
  board_.answering.Enter(*this, base::Now());
  finishing_ = finish_pending_ = true;
  stream_.Finish(ToGrpc(status), &finished_tag_);
}

void Call::OnFinished(bool) {
  finish_pending_ = false;
  MaybeDelete();
}

void Call::OnGone(bool) {
  gone_ = true;
  if (conversation_ != nullptr && context_.IsCancelled() && !board_.loop.draining()) {
    conversation_->OnBreak();
  }
  StopWaiting();
  CloseStream();
  if (attached_) board_.loop.Detach(this);
  MaybeDelete();
}

void Call::StopWaiting() {
  if (std::exchange(patient_, false)) --board_.patient;
  // In one of them at most, and leaving the other does nothing.
  board_.arriving.Leave(*this);
  board_.answering.Leave(*this);
}

// Not a stream any more, whatever gRPC still has to do with it.
void Call::CloseStream() {
  if (!std::exchange(counted_, false)) return;
  method_->budget.Return(*this);
  method_->stats.open_streams.fetch_sub(1, std::memory_order_relaxed);
}

void Call::MaybeDelete() {
  if (gone_ && !reading_ && !writing_ && !finish_pending_) delete this;
}

}  // namespace gpuscaler::rpc
