#include "engines/scraping/address_book.h"

#include <algorithm>
#include <utility>

namespace gpuscaler::engines {

void AddressBook::Enter(const absl::StatusOr<Addresses>& answer, base::SteadyTime now) {
  if (answer.ok() && !answer->empty()) {
    Picked picked = Pick(*answer);
    status_ = picked.addresses.empty() ? std::move(picked.refusal) : absl::OkStatus();
    listed_ = std::move(picked.addresses);
    surplus_ = picked.surplus;
    last_good_ = now;
    once_resolved_ = once_resolved_ || !listed_.empty();
    return;
  }
  status_ = answer.ok() ? absl::NotFoundError("the name has no address in DNS") : answer.status();
  const base::Duration kept = absl::IsNotFound(status_) ? kKeepOnNone : kKeepOnFailure;
  if (now - last_good_ < kept) return;
  listed_.clear();
  surplus_ = 0;
}

AddressBook::Picked AddressBook::Pick(Addresses answer) const {
  std::sort(answer.begin(), answer.end());
  answer.erase(std::unique(answer.begin(), answer.end()), answer.end());
  Picked picked;
  Addresses v4;
  Addresses v6;
  for (const IpAddress& address : answer) {
    if (absl::Status judged = guard_.Judge(address); !judged.ok()) {
      picked.refusal.Update(judged);
    } else {
      (address.is_v4() ? v4 : v6).push_back(address);
    }
  }
  picked.addresses = std::move(v4.empty() ? v6 : v4);
  picked.surplus = picked.addresses.size() - std::min(picked.addresses.size(), kMostAddresses);
  picked.addresses.resize(picked.addresses.size() - picked.surplus);
  return picked;
}

}  // namespace gpuscaler::engines
