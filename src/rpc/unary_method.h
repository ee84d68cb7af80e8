// A unary method: a plain function from request to reply, called on the loop's
// thread, which must neither block nor wait.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "rpc/loop.h"
#include "rpc/method.h"
#include "rpc/stats.h"
#include "rpc/status.h"
#include "rpc/tag.h"

namespace gpuscaler::rpc {

template <class Service, class Request, class Response>
class UnaryMethod final : public Method {
 public:
  using Handler = std::function<absl::StatusOr<Response>(const Request& request)>;
  // The generated Service::RequestMETHOD.
  using RequestFunction = void (Service::*)(grpc::ServerContext*, Request*,
                                            grpc::ServerAsyncResponseWriter<Response>*,
                                            grpc::CompletionQueue*, grpc::ServerCompletionQueue*,
                                            void*);

  // What is passed must outlive the method.
  UnaryMethod(Loop& loop, Service& service, RequestFunction function, MethodStats& stats,
              Handler handler)
      : loop_(loop),
        service_(service),
        function_(function),
        stats_(stats),
        handler_(std::move(handler)) {}

  void Listen() override {
    if (loop_.closed()) return;
    if (spare_.empty()) {
      (new Call(*this))->Wait();
    } else {
      Call* call = spare_.back().release();
      spare_.pop_back();
      call->Wait();
    }
  }

 private:
  // Owns itself while gRPC holds its tag; otherwise it is one of spare_.
  class Call final : public Tag {
   public:
    explicit Call(UnaryMethod& method) : method_(method) {}

    void Wait() {
      exchange_.emplace();
      // Locals: GCC 12's sanitizer loses the objects of one long expression.
      Service& service = method_.service_;
      const RequestFunction function = method_.function_;
      (service.*function)(&exchange_->context, &exchange_->request, &exchange_->responder,
                          method_.loop_.queue(), method_.loop_.queue(), this);
    }

    void Proceed(bool ok) override {
      if (std::exchange(answering_, false)) {
        method_.Recycle(std::unique_ptr<Call>(this));
      } else if (!ok || method_.loop_.closed()) {
        delete this;  // the server shuts down
      } else {
        Answer();
      }
    }

   private:
    // A ServerContext serves one call only: the whole exchange is made anew.
    struct Exchange {
      Exchange() : responder(&context) {}
      grpc::ServerContext context;
      Request request;
      grpc::ServerAsyncResponseWriter<Response> responder;
    };

    void Answer() {
      method_.Listen();
      MethodStats::Count(method_.stats_.requests);
      answering_ = true;
      const absl::StatusOr<Response> response = method_.handler_(exchange_->request);
      if (response.ok()) {
        exchange_->responder.Finish(*response, grpc::Status::OK, this);
      } else {
        MethodStats::Count(method_.stats_.errors);
        exchange_->responder.FinishWithError(ToGrpc(response.status()), this);
      }
    }

    UnaryMethod& method_;
    std::optional<Exchange> exchange_;
    bool answering_ = false;
  };

  void Recycle(std::unique_ptr<Call> call) {
    if (spare_.size() < kSpareCalls) spare_.push_back(std::move(call));
  }

  static constexpr size_t kSpareCalls = 16;

  Loop& loop_;
  Service& service_;
  const RequestFunction function_;
  MethodStats& stats_;
  const Handler handler_;
  std::vector<std::unique_ptr<Call>> spare_;
};

}  // namespace gpuscaler::rpc
