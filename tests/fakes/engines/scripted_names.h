// A DNS for tests, whose answers change while it runs.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engines/scraping/resolver.h"

namespace gpuscaler::fakes {

// Addresses of these texts.
inline engines::Addresses AddressesOf(const std::vector<std::string>& texts) {
  engines::Addresses addresses;
  for (const std::string& text : texts) addresses.push_back(*engines::IpAddress::Parse(text));
  return addresses;
}

class ScriptedNames final : public engines::Resolver {
 public:
  void Set(const std::string& name, absl::StatusOr<engines::Addresses> answer) {
    const std::lock_guard lock(mutex_);
    answers_.insert_or_assign(name, std::move(answer));
  }
  void Set(const std::string& name, const std::vector<std::string>& addresses) {
    Set(name, AddressesOf(addresses));
  }
  // Lookups of the name do not return until Release.
  void Hang(const std::string& name) {
    const std::lock_guard lock(mutex_);
    hanging_.insert(name);
  }
  void Release() {
    const std::lock_guard lock(mutex_);
    hanging_.clear();
    changed_.notify_all();
  }

  size_t lookups(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto at = lookups_.find(name);
    return at == lookups_.end() ? 0 : at->second;
  }
  size_t under_way() const {
    const std::lock_guard lock(mutex_);
    return under_way_.size();
  }

  absl::StatusOr<engines::Addresses> Resolve(const std::string& name) override {
    std::unique_lock lock(mutex_);
    ++lookups_[name];
    EXPECT_TRUE(under_way_.insert(name).second) << name << " is looked up twice at a time";
    changed_.wait(lock, [&] { return hanging_.count(name) == 0; });
    under_way_.erase(name);
    const auto at = answers_.find(name);
    if (at == answers_.end()) return absl::NotFoundError("the name " + name + " does not exist");
    return at->second;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, absl::StatusOr<engines::Addresses>> answers_;
  std::map<std::string, size_t> lookups_;
  std::set<std::string> hanging_;
  std::set<std::string> under_way_;
};

}  // namespace gpuscaler::fakes
