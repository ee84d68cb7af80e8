#include "e2e/scaler_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "await.h"
#include "base/strings.h"
#include "web/client.h"

namespace gpuscaler::e2e {
namespace {

constexpr std::chrono::seconds kStopPatience{kSanitized ? 15 : 5};

bool IsGateway(const std::vector<std::string>& flags) {
  return std::find(flags.begin(), flags.end(), "--role=gateway") != flags.end();
}

std::vector<std::string> Command(std::vector<std::string> flags, const ScalerPorts& ports,
                                 const Place& place) {
  const std::string defaults[] = {"--node-name=node-a",
                                  base::StrCat("--port=", ports.grpc),
                                  base::StrCat("--metrics-port=", ports.metrics),
                                  base::StrCat("--probe-port=", ports.probes),
                                  "--bind-address=" + place.host,
                                  "--pod-resources-socket=",
                                  "--cdi-spec-dirs="};
  for (const std::string& flag : defaults) {
    const std::string name = flag.substr(0, flag.find('='));
    const bool given = std::any_of(flags.begin(), flags.end(), [&name](const std::string& other) {
      return other == name || other.rfind(name + "=", 0) == 0;
    });
    const bool of_node =
        name == "--node-name" || name == "--pod-resources-socket" || name == "--cdi-spec-dirs";
    if (!given && !(of_node && IsGateway(flags))) flags.push_back(flag);
  }
  flags.insert(flags.begin(), ScalerBinary());
  flags.insert(flags.begin(), place.command_prefix.begin(), place.command_prefix.end());
  return flags;
}

// The inodes of the sockets that a process holds.
std::set<std::string> SocketInodes(pid_t pid) {
  std::set<std::string> inodes;
  std::error_code error;
  const std::filesystem::path folder = base::StrCat("/proc/", pid, "/fd");
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    if (target.rfind("socket:[", 0) == 0) inodes.insert(target.substr(8, target.size() - 9));
  }
  return inodes;
}

}  // namespace

HttpAnswer Get(uint16_t port, std::string_view path) {
  web::Client client;
  if (!client.Connect(port)) return {};
  client.Send(base::StrCat("GET ", path, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  const std::string response = client.ReadToEnd();
  if (response.rfind("HTTP/1.1 ", 0) != 0) return {};
  const size_t body = response.find("\r\n\r\n");
  return {std::atoi(response.c_str() + 9),
          body == std::string::npos ? "" : response.substr(body + 4)};
}

std::vector<uint16_t> ListeningPorts(pid_t pid) {
  const std::set<std::string> inodes = SocketInodes(pid);
  std::set<uint16_t> ports;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::istringstream fields(line);
      std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
      fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
          timeout >> inode;
      if (state != "0A" || inodes.count(inode) == 0) continue;
      ports.insert(
          static_cast<uint16_t>(std::stoul(local.substr(local.rfind(':') + 1), nullptr, 16)));
    }
  }
  return {ports.begin(), ports.end()};
}

ScalerProcess::ScalerProcess(std::vector<std::string> flags, const Environment& environment,
                             ScalerPorts ports, const Place& place)
    : ports_(ports),
      child_(Command(std::move(flags), ports, place), environment),
      keda_(std::make_unique<Keda>(ports.grpc, place.host)) {}

ScalerProcess::~ScalerProcess() {
  if (stopped_) return;
  // A client that does not read its connection would cost the server's grace.
  keda_.reset();
  EXPECT_EQ(Stop(), 0) << child_.Errors();
  if (testing::Test::HasFailure()) std::fprintf(stderr, "%s", child_.Errors().c_str());
}

bool ScalerProcess::AwaitStart() {
  Await([this] {
    return !child_.Running() || child_.Errors().find("\"serving\"") != std::string::npos;
  });
  EXPECT_TRUE(child_.Running()) << child_.Errors();
  return child_.Running();
}

bool ScalerProcess::AwaitServing() {
  if (!AwaitStart()) return false;
  return Await([this] { return keda_->Health() == "SERVING"; });
}

std::optional<int> ScalerProcess::Stop() {
  stopped_ = true;
  child_.Signal(SIGTERM);
  const std::optional<int> code = child_.WaitForExit(kStopPatience);
  if (!code) child_.Kill();
  return code;
}

void ScalerProcess::Kill() {
  stopped_ = true;
  child_.Kill();
}

std::optional<double> ScalerProcess::Sample(const std::string& series) const {
  const std::string page = "\n" + Metrics().body;
  const size_t at = page.find("\n" + series + " ");
  if (at == std::string::npos) return std::nullopt;
  return std::strtod(page.c_str() + at + series.size() + 2, nullptr);
}

uint64_t ScalerProcess::ResidentKib() const {
  std::ifstream file(base::StrCat("/proc/", pid(), "/status"));
  std::string word;
  while (file >> word) {
    uint64_t kib = 0;
    if (word == "VmRSS:" && file >> kib) return kib;
  }
  return 0;
}

}  // namespace gpuscaler::e2e
