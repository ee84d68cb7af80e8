#include "engines/scraping/address_book.h"

#include <algorithm>
#include <utility>

namespace gpuscaler::engines {

void AddressBook::Enter(const absl::StatusOr<Addresses>& answer, base::SteadyTime now) {
  if (answer.ok() && !answer->empty()) return EnterAddresses(*answer, now);
  status_ = answer.ok() ? absl::NotFoundError("the name has no address in DNS") : answer.status();
  const base::Duration kept = absl::IsNotFound(status_) ? kKeepOnNone : kKeepOnFailure;
  if (now - last_good_ < kept) return;
  listed_.clear();
  refused_ = surplus_ = 0;
}

void AddressBook::EnterAddresses(const Addresses& answer, base::SteadyTime now) {
  status_ = absl::OkStatus();
  const Addresses picked = Pick(answer);
  if (!picked.empty()) status_ = absl::OkStatus();
  std::vector<ListedAddress> next;
  for (const IpAddress& address : picked) {
    const auto before =
        std::find_if(listed_.begin(), listed_.end(),
                     [&](const ListedAddress& each) { return each.address == address; });
    next.push_back({address, before == listed_.end() ? now : before->first_listed, now});
  }
  listed_ = std::move(next);
  last_good_ = now;
  once_resolved_ = once_resolved_ || !listed_.empty();
}

Addresses AddressBook::Pick(const Addresses& answer) {
  Addresses distinct = answer;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Addresses v4;
  Addresses v6;
  refused_ = 0;
  for (const IpAddress& address : distinct) {
    if (absl::Status judged = guard_.Judge(address); !judged.ok()) {
      if (refused_++ == 0) status_ = std::move(judged);
    } else {
      (address.is_v4() ? v4 : v6).push_back(address);
    }
  }
  Addresses& picked = v4.empty() ? v6 : v4;
  surplus_ = picked.size() - std::min(picked.size(), kMostAddresses);
  picked.resize(picked.size() - surplus_);
  return std::move(picked);
}

}  // namespace gpuscaler::engines
