// A few threads for lookups, which block: getaddrinfo cannot be interrupted, and a
// name whose servers do not answer holds a thread for half a minute.
//
// Such names never hold all of them. Names that were answered within a second at
// their last lookup may have every thread; new ones and slow ones together all but two,
// slow ones alone less than half. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/scraping/resolver.h"

namespace gpuscaler::engines {

enum class Standing : uint8_t { kQuick, kNew, kSlow };

class LookupPool {
 public:
  static constexpr size_t kMostThreads = 8;  // started as they are needed
  static constexpr base::Duration kQuick = std::chrono::seconds(1);

  using Done = std::function<void(absl::StatusOr<Addresses> answer, base::Duration took)>;

  explicit LookupPool(std::shared_ptr<Resolver> resolver);
  // After it no `done` is called any more. It does not wait for lookups: a thread that is
  // in one ends when that returns, and holds the resolver until then.
  ~LookupPool();
  LookupPool(const LookupPool&) = delete;
  LookupPool& operator=(const LookupPool&) = delete;

  // Never blocks. `done` runs on a thread of the pool, under its lock: it hands the
  // answer on and no more. Of one name the caller asks one lookup at a time; names are
  // looked up in the order in which they come, within their standing.
  void Submit(std::string name, Standing standing, Done done);

 private:
  struct State;
  static void Run(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;  // the threads' too
};

}  // namespace gpuscaler::engines
