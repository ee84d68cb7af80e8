// Hosts in Linux network namespaces of their own, all on one bridge that is in a
// namespace too, so that no packet filter of this machine has a say.
//
//   auto net = NetNamespaces::Make();
//   if (!net.ok()) GTEST_SKIP() << net.status();
//   const Place host = (*net)->AddHost(Side::kNode);
//   (*net)->Cut(host, HowCut::kDropped);
//   (*net)->Mend(host, HowCut::kDropped);
//
// This process, which stays outside, reaches every host that is not cut off. Needs
// root. What it makes is named by this process's id and goes with the object; what
// a test that was killed has left goes with the next one.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "e2e/scaler_process.h"

namespace gpuscaler::e2e {

// Nodes reach gateways, not one another.
enum class Side { kNode, kGateway };

enum class HowCut {
  kUnplugged,       // the link is down, and the host's kernel knows
  kDropped,         // nothing arrives, and nobody is told
  kDroppedOfNodes,  // of a gateway: as kDropped, but only what is between it and nodes
};

class NetNamespaces {
 public:
  // UNAVAILABLE says what is missing.
  static absl::StatusOr<std::unique_ptr<NetNamespaces>> Make();
  ~NetNamespaces();
  NetNamespaces(const NetNamespaces&) = delete;
  NetNamespaces& operator=(const NetNamespaces&) = delete;

  // A scaler that runs there has an address of its own.
  Place AddHost(Side side);

  void Cut(const Place& host, HowCut how);
  void Mend(const Place& host, HowCut how);

 private:
  explicit NetNamespaces(std::string ip) : ip_(std::move(ip)) {}

  absl::Status Begin();
  // `ip` with these arguments.
  absl::Status Run(std::vector<std::string> arguments) const;
  absl::Status RunAll(const std::vector<std::vector<std::string>>& commands) const;
  absl::Status Connect(const std::string& name, const std::string& address);
  void DeleteLeftovers() const;
  // What follows "link set" of the host's port on the bridge.
  void SetPort(const Place& host, const std::vector<std::string>& what);

  const std::string ip_;                 // the program
  std::vector<std::string> namespaces_;  // the bridge's first
  std::set<std::string> nodes_;          // by address
  bool has_uplink_ = false;
};

}  // namespace gpuscaler::e2e
