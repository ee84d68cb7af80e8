// The addresses behind one name over time, after every answer to a lookup. Pure.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "engines/scraping/address_guard.h"
#include "engines/scraping/resolver.h"

namespace gpuscaler::engines {

class AddressBook {
 public:
  // More addresses of one name are not read; the least are, by value.
  static constexpr size_t kMostAddresses = 256;
  // For so long after the last good answer the addresses stay when lookups fail, which
  // says nothing about the engines behind the name,
  static constexpr base::Duration kKeepOnFailure = std::chrono::seconds(60);
  // and for so long when the name is said to have none. So says a headless Service none
  // of whose pods is ready, and sometimes a DNS server that has just started.
  static constexpr base::Duration kKeepOnNone = std::chrono::seconds(5);

  // `guard` must outlive it.
  explicit AddressBook(const AddressGuard& guard) : guard_(guard) {}

  // An answer that came at `now`. What the guard refuses is left out, at once. Of
  // two families one is taken: the pods of a dual-stack Service have an address
  // of each, and would count twice. It is IPv4 if the guard lets any such address pass,
  // else IPv6.
  void Enter(const absl::StatusOr<Addresses>& answer, base::SteadyTime now);

  // Sorted, each once.
  const Addresses& addresses() const { return listed_; }
  // Of the last answer: OK, its error, or the guard's when it refused all of them.
  const absl::Status& status() const { return status_; }
  // Whether the name ever had an address that the guard let pass.
  bool once_resolved() const { return once_resolved_; }
  // Addresses of the last good answer that are left out, above the limit.
  size_t surplus() const { return surplus_; }

 private:
  // What may be dialled of an answer.
  struct Picked {
    Addresses addresses;   // of one family, each once
    absl::Status refusal;  // of the first that the guard refuses; OK: it refuses none
    size_t surplus = 0;
  };
  Picked Pick(Addresses answer) const;

  const AddressGuard& guard_;
  Addresses listed_;
  absl::Status status_;
  bool once_resolved_ = false;
  base::SteadyTime last_good_ = {};
  size_t surplus_ = 0;
};

}  // namespace gpuscaler::engines
