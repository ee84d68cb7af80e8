#include "e2e/net_namespaces.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/strings.h"
#include "e2e/child_process.h"

namespace gpuscaler::e2e {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr const char* kFolder = "/run/netns";
constexpr const char* kPrefix = "scaler-";  // then the test's process id
constexpr const char* kBridge = "bridge0";
constexpr const char* kInside = "eth0";

// Each process has sixteen addresses, of which this side has the last that can be
// used.
constexpr uint32_t kMostHosts = 13;

std::string Address(uint32_t host) {
  const uint32_t at = static_cast<uint32_t>(getpid()) % 4096 * 16 + host;
  return base::StrCat("10.213.", at / 256, ".", at % 256);
}

// The end of the bridge's cable to this side. A name has 15 characters at most.
std::string Uplink() {
  return base::StrCat("scaler", getpid());
}

std::string PortOf(const std::string& address) {
  return "p" + address.substr(address.rfind('.') + 1);
}

std::string FindIp() {
  for (const char* path : {"/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return {};
}

// Isolated ports of a bridge reach only those that are not.
std::vector<std::string> Isolated(bool on) {
  return {"type", "bridge_slave", "isolated", on ? "on" : "off"};
}

}  // namespace

absl::StatusOr<std::unique_ptr<NetNamespaces>> NetNamespaces::Make() {
  if (geteuid() != 0) return absl::UnavailableError("network namespaces need root");
  std::string ip = FindIp();
  if (ip.empty()) return absl::UnavailableError("the program `ip` (iproute2) is not installed");
  std::unique_ptr<NetNamespaces> made(new NetNamespaces(std::move(ip)));
  if (const absl::Status begun = made->Begin(); !begun.ok()) {
    return absl::UnavailableError(
        base::StrCat("network namespaces cannot be made here: ", base::Message(begun)));
  }
  return made;
}

absl::Status NetNamespaces::Begin() {
  DeleteLeftovers();
  const std::string bridge = base::StrCat(kPrefix, getpid(), "-bridge");
  if (absl::Status made = Run({"netns", "add", bridge}); !made.ok()) return made;
  namespaces_.push_back(bridge);
  const std::string port = PortOf(Address(kMostHosts + 1));
  if (absl::Status made = RunAll({
          {"-n", bridge, "link", "add", kBridge, "type", "bridge"},
          {"-n", bridge, "link", "set", kBridge, "up"},
          {"link", "add", Uplink(), "type", "veth", "peer", "name", port, "netns", bridge},
      });
      !made.ok()) {
    return made;
  }
  has_uplink_ = true;
  return RunAll({
      {"-n", bridge, "link", "set", port, "master", kBridge, "up"},
      {"addr", "add", Address(kMostHosts + 1) + "/28", "dev", Uplink()},
      {"link", "set", Uplink(), "up"},
  });
}

NetNamespaces::~NetNamespaces() {
  // A namespace's links go some time after it.
  if (has_uplink_) {
    EXPECT_EQ(Run({"link", "del", Uplink()}), absl::OkStatus());
  }
  for (const std::string& name : namespaces_) {
    EXPECT_EQ(Run({"netns", "del", name}), absl::OkStatus());
  }
}

Place NetNamespaces::AddHost(Side side) {
  const auto number = static_cast<uint32_t>(namespaces_.size());
  EXPECT_LE(number, kMostHosts);
  const std::string name = base::StrCat(kPrefix, getpid(), "-", number);
  const Place host = {{ip_, "netns", "exec", name}, Address(number)};
  const absl::Status connected = Connect(name, host.host);
  EXPECT_TRUE(connected.ok()) << connected;
  if (side == Side::kNode) {
    nodes_.insert(host.host);
    SetPort(host, Isolated(true));
  }
  return host;
}

absl::Status NetNamespaces::Connect(const std::string& name, const std::string& address) {
  if (absl::Status made = Run({"netns", "add", name}); !made.ok()) return made;
  namespaces_.push_back(name);
  const std::string& bridge = namespaces_.front();
  const std::string port = PortOf(address);
  return RunAll({
      {"-n", bridge, "link", "add", port, "type", "veth", "peer", "name", kInside, "netns", name},
      {"-n", bridge, "link", "set", port, "master", kBridge, "up"},
      {"-n", name, "addr", "add", address + "/28", "dev", kInside},
      {"-n", name, "link", "set", kInside, "up"},
      {"-n", name, "link", "set", "lo", "up"},
  });
}

void NetNamespaces::Cut(const Place& host, HowCut how) {
  switch (how) {
    case HowCut::kUnplugged:
      return SetPort(host, {"down"});
    case HowCut::kDropped:
      return SetPort(host, {"nomaster"});
    case HowCut::kDroppedOfNodes:
      return SetPort(host, Isolated(true));
  }
}

void NetNamespaces::Mend(const Place& host, HowCut how) {
  switch (how) {
    case HowCut::kUnplugged:
      return SetPort(host, {"up"});
    case HowCut::kDropped:
      SetPort(host, {"master", kBridge});
      return SetPort(host, Isolated(nodes_.count(host.host) > 0));
    case HowCut::kDroppedOfNodes:
      return SetPort(host, Isolated(false));
  }
}

void NetNamespaces::SetPort(const Place& host, const std::vector<std::string>& what) {
  std::vector<std::string> command = {"-n", namespaces_.front(), "link", "set", PortOf(host.host)};
  command.insert(command.end(), what.begin(), what.end());
  EXPECT_EQ(Run(std::move(command)), absl::OkStatus());
}

void NetNamespaces::DeleteLeftovers() const {
  std::error_code error;
  std::vector<std::string> dead;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kPrefix, 0) != 0) continue;
    const pid_t maker = std::atoi(name.c_str() + std::string_view(kPrefix).size());
    if (maker > 0 && kill(maker, 0) != 0 && errno == ESRCH) dead.push_back(name);
  }
  // Another test may delete them too.
  for (const std::string& name : dead) Run({"netns", "del", name}).IgnoreError();
}

absl::Status NetNamespaces::Run(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), ip_);
  ChildProcess child(arguments);
  const std::optional<int> code = child.WaitForExit(kPatience);
  if (code == 0) return absl::OkStatus();
  if (!code) child.Kill();
  std::string command;
  for (const std::string& argument : arguments) command += argument + " ";
  return absl::InternalError(base::StrCat(command, "fails: ", child.Errors()));
}

absl::Status NetNamespaces::RunAll(const std::vector<std::vector<std::string>>& commands) const {
  for (const std::vector<std::string>& command : commands) {
    if (absl::Status ran = Run(command); !ran.ok()) return ran;
  }
  return absl::OkStatus();
}

}  // namespace gpuscaler::e2e
