// StreamIsActive streams on one connection, as KEDA holds them: all of one
// operator's streams share its connection. One completion queue, one thread.
#pragma once

#include <grpcpp/completion_queue.h>

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "externalscaler.grpc.pb.h"

namespace gpuscaler::bench {

class ActiveStreams {
 public:
  // Of the ScaledObject of each stream's number.
  using MakeReference = std::function<externalscaler::ScaledObjectRef(size_t number)>;
  // Without `reference`: active while any GPU is above 50%.
  explicit ActiveStreams(uint16_t port, MakeReference reference = nullptr);
  ~ActiveStreams();

  // Returns once the connection is there and a call on it was answered.
  absl::Status Connect();
  // Opens `count` streams and waits until each has said that it is inactive.
  absl::Status Open(size_t count);

  // When each stream that has turned to `active` by `deadline` said so. Returns
  // as soon as all have.
  std::vector<base::SteadyTime> AwaitAll(bool active, base::SteadyTime deadline);

  // Reads what comes, heartbeats that is, until `until`.
  void Idle(base::SteadyTime until);

  // Waits until the server has ended all streams. How many ended with OK.
  size_t AwaitEnd(base::SteadyTime deadline);

 private:
  class Stream;

  // Handles what comes until `done` or `deadline`.
  template <class Done>
  void Run(base::SteadyTime deadline, Done done);

  const MakeReference reference_;
  std::unique_ptr<externalscaler::ExternalScaler::Stub> stub_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Stream>> streams_;
  bool wanted_ = false;
  std::vector<base::SteadyTime> turned_at_;  // of those that have said wanted_
  size_t ended_ = 0;
  size_t ended_ok_ = 0;
};

}  // namespace gpuscaler::bench
