// A bidirectional method in which each request gets one response, in order:
// server reflection.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include <functional>
#include <utility>

#include "rpc/loop.h"
#include "rpc/method.h"
#include "rpc/stats.h"
#include "rpc/status.h"
#include "rpc/tag.h"

namespace gpuscaler::rpc {

template <class Service, class Request, class Response>
class ExchangeMethod final : public Method {
 public:
  using Handler = std::function<Response(const Request& request)>;
  // The generated Service::RequestMETHOD.
  using RequestFunction = void (Service::*)(grpc::ServerContext*,
                                            grpc::ServerAsyncReaderWriter<Response, Request>*,
                                            grpc::CompletionQueue*, grpc::ServerCompletionQueue*,
                                            void*);

  // What is passed must outlive the method.
  ExchangeMethod(Loop& loop, Service& service, RequestFunction function, MethodStats& stats,
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
  // Owns itself. One operation is under way at a time: a read, a write or the
  // finish, whose tag ends the stream's life.
  class Stream final : public Sleeper {
   public:
    explicit Stream(ExchangeMethod& method) : method_(method), stream_(&context_) {}

    void Wait() {
      // Locals: GCC 12's sanitizer loses the objects of one long expression.
      Service& service = method_.service_;
      const RequestFunction function = method_.function_;
      (service.*function)(&context_, &stream_, method_.loop_.queue(), method_.loop_.queue(),
                          &arrived_tag_);
    }

    void Poll(base::SteadyTime) override {}
    base::SteadyTime due() const override { return kNever; }
    // A read may be under way that only the client can end: cancelling is the
    // one thing that does not wait for it.
    void End() override { context_.TryCancel(); }

   private:
    void OnArrived(bool ok) {
      if (!ok || method_.loop_.closed()) {
        delete this;
        return;
      }
      method_.Listen();
      MethodStats::Count(method_.stats_.requests);
      if (!method_.budget_.Take()) {
        MethodStats::Count(method_.stats_.errors);
        stream_.Finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many open streams"},
                       &finished_tag_);
        return;
      }
      counted_ = true;
      method_.stats_.open_streams.fetch_add(1, std::memory_order_relaxed);
      method_.loop_.Attach(this);
      stream_.Read(&request_, &read_tag_);
    }

    void OnRead(bool ok) {
      if (method_.loop_.closed()) {
        Leave();
        return;
      }
      if (!ok) {
        stream_.Finish(grpc::Status::OK, &finished_tag_);
        return;
      }
      stream_.Write(method_.handler_(request_), &written_tag_);
    }

    void OnWritten(bool ok) {
      if (method_.loop_.closed()) {
        Leave();
        return;
      }
      if (!ok) {
        stream_.Finish(grpc::Status::CANCELLED, &finished_tag_);
        return;
      }
      request_.Clear();
      stream_.Read(&request_, &read_tag_);
    }

    void OnFinished(bool) { Leave(); }

    void Leave() {
      if (counted_) {
        method_.loop_.Detach(this);
        method_.budget_.Return();
        method_.stats_.open_streams.fetch_sub(1, std::memory_order_relaxed);
      }
      delete this;
    }

    ExchangeMethod& method_;
    grpc::ServerContext context_;
    Request request_;
    grpc::ServerAsyncReaderWriter<Response, Request> stream_;
    bool counted_ = false;
    MemberTag<Stream> arrived_tag_{this, &Stream::OnArrived};
    MemberTag<Stream> read_tag_{this, &Stream::OnRead};
    MemberTag<Stream> written_tag_{this, &Stream::OnWritten};
    MemberTag<Stream> finished_tag_{this, &Stream::OnFinished};
  };

  Loop& loop_;
  Service& service_;
  const RequestFunction function_;
  MethodStats& stats_;
  StreamBudget& budget_;
  const Handler handler_;
};

}  // namespace gpuscaler::rpc
