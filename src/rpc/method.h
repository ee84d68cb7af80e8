// A method of a service, as the calls see it: from bytes to bytes.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <variant>

#include "absl/status/statusor.h"
#include "rpc/caller.h"
#include "rpc/conversation.h"
#include "rpc/stats.h"
#include "rpc/stream_budget.h"

namespace gpuscaler::rpc {

// Both get the client's first message and use it up. They run on the loop's
// thread and must neither block nor wait.
using UnaryBytes = std::function<absl::StatusOr<grpc::ByteBuffer>(grpc::ByteBuffer& request)>;
// An error ends the stream with that status before any message.
using OpenFeed =
    std::function<absl::StatusOr<std::unique_ptr<Conversation>>(grpc::ByteBuffer& request)>;

// Of a client that streams too: there is no first message to wait for.
using OpenExchange = std::function<std::unique_ptr<Conversation>(const Caller& caller)>;

using Answer = std::variant<UnaryBytes, OpenFeed, OpenExchange>;

struct Method {
  MethodStats& stats;
  StreamBudget& budget;
  Answer answer;
};

}  // namespace gpuscaler::rpc
