#include "fleet/claims.h"

namespace gpuscaler::fleet {

const std::string& Claims::Claim(const std::string& uuid, const std::string& node) {
  if (const std::string* holder = HolderOf(uuid)) return *holder;
  Give(uuid, node);
  return *node_of_.at(uuid);
}

const std::string* Claims::HolderOf(const std::string& uuid) const {
  const auto found = node_of_.find(uuid);
  return found == node_of_.end() ? nullptr : found->second;
}

void Claims::Give(const std::string& uuid, const std::string& node) {
  const auto [claim, is_new] = node_of_.try_emplace(uuid, nullptr);
  const std::string* holder = claim->second;
  if (holder != nullptr && *holder == node) return;
  if (holder != nullptr) {
    const auto gpus = gpus_of_.find(*holder);
    std::erase(gpus->second, &claim->first);
    if (gpus->second.empty()) gpus_of_.erase(gpus);
  }
  const auto gpus = gpus_of_.try_emplace(node).first;
  claim->second = &gpus->first;
  gpus->second.push_back(&claim->first);
}

void Claims::Release(const std::string& node) {
  const auto gpus = gpus_of_.find(node);
  if (gpus == gpus_of_.end()) return;
  for (const std::string* uuid : gpus->second) node_of_.erase(node_of_.find(*uuid));
  gpus_of_.erase(gpus);
}

}  // namespace gpuscaler::fleet
