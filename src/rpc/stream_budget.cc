#include "rpc/stream_budget.h"

#include <algorithm>
#include <utility>

#include "rpc/peer_name.h"

namespace gpuscaler::rpc {

bool StreamBudget::Take(OpenStream& stream, std::string_view peer) {
  const std::string address(HostOf(peer));
  if (open_ >= most_ && !MakeRoom(address)) return false;
  const auto held = held_.try_emplace(address).first;
  held->second.push_back(stream);
  stream.holder_ = &held->first;
  ++open_;
  return true;
}

void StreamBudget::Return(OpenStream& stream) {
  if (stream.holder_ == nullptr) return;
  const auto held = held_.find(*std::exchange(stream.holder_, nullptr));
  held->second.erase(held->second.iterator_to(stream));
  if (held->second.empty()) held_.erase(held);
  --open_;
}

bool StreamBudget::MakeRoom(const std::string& address) {
  const auto fullest = std::find_if(held_.begin(), held_.end(), [this](const auto& held) {
    return held.second.size() > most_ - most_ / 2;
  });
  if (fullest == held_.end() || fullest->first == address) return false;
  fullest->second.back().Evict();
  return true;
}

}  // namespace gpuscaler::rpc
