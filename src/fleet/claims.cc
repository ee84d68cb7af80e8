#include "fleet/claims.h"

namespace gpuscaler::fleet {

const std::string& Claims::Claim(const std::string& uuid, const std::string& node) {
  const auto [at, is_new] = node_of_.emplace(uuid, node);
  if (is_new) gpus_of_[node].push_back(uuid);
  return at->second;
}

void Claims::Give(const std::string& uuid, const std::string& node) {
  std::string& holder = node_of_[uuid];
  if (holder == node) return;
  if (const auto gpus = gpus_of_.find(holder); gpus != gpus_of_.end()) {
    std::erase(gpus->second, uuid);
    if (gpus->second.empty()) gpus_of_.erase(gpus);
  }
  holder = node;
  gpus_of_[node].push_back(uuid);
}

void Claims::Release(const std::string& node) {
  const auto gpus = gpus_of_.find(node);
  if (gpus == gpus_of_.end()) return;
  for (const std::string& uuid : gpus->second) node_of_.erase(uuid);
  gpus_of_.erase(gpus);
}

}  // namespace gpuscaler::fleet
