// A method of a service, as the calls see it: from bytes to bytes.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "rpc/caller.h"
#include "rpc/conversation.h"
#include "rpc/stats.h"
#include "rpc/stream_budget.h"

namespace gpuscaler::rpc {

// What a unary call is answered, or, while it waits for something that is under way,
// how to ask for it again: at each wake, and with `may_wait` false once it has waited
// for kLongestWait, or the server goes down.
inline constexpr base::Duration kLongestWait = std::chrono::seconds(1);
using Response = absl::StatusOr<grpc::ByteBuffer>;
using LaterResponse = std::function<std::optional<Response>(bool may_wait)>;

// Both get the client's first message and use it up. They run on the loop's
// thread and must neither block nor wait.
using UnaryBytes = std::function<std::variant<Response, LaterResponse>(grpc::ByteBuffer& request)>;
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
