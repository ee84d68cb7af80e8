// Lookups as coroutines, with a deadline, one for a name at a time whoever asks.
// The engines' thread only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "boost/asio/awaitable.hpp"
#include "boost/asio/io_context.hpp"
#include "engines/scraping/lookup_pool.h"
#include "engines/scraping/resolver.h"

namespace gpuscaler::engines {

class Names {
 public:
  // `io` must outlive it, and it the last coroutine that looks something up.
  Names(boost::asio::io_context& io, std::shared_ptr<Resolver> resolver);

  // The resolver's answer, of a lookup under way if there is one.
  // DEADLINE_EXCEEDED: not within `patience`; the lookup goes on, and the next call
  // waits for the same. CANCELLED: Close() was called.
  boost::asio::awaitable<absl::StatusOr<Addresses>> Lookup(std::string name,
                                                           base::Duration patience);
  void Close();

 private:
  struct Waiter;
  struct Entry {
    bool under_way = false;
    Standing standing = Standing::kNew;
    std::vector<Waiter*> waiters;
  };

  void Begin(const std::string& name, Entry& entry);
  void Answer(const std::string& name, const absl::StatusOr<Addresses>& answer,
              base::Duration took);
  // Forgets how quickly names were answered that nobody looks up now.
  void MakeRoom();

  boost::asio::io_context& io_;
  std::map<std::string, Entry> entries_;
  bool closed_ = false;
  LookupPool pool_;  // last: its threads call into what is above
};

}  // namespace gpuscaler::engines
