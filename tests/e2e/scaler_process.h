// The real binary as a node's scaler: on free ports, over TCP.
//
//   ScalerProcess scaler({"--fast-interval=20ms"}, nvml.ChildEnvironment());
//   scaler.AwaitServing();
//   EXPECT_THAT(scaler.keda().Value({{"metricType", "gpu_utilization"}}), ...);
//
// At the end of its life it is asked to stop and must leave with 0 within 5 s.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/child_process.h"
#include "e2e/keda.h"

namespace gpuscaler::e2e {

struct HttpAnswer {
  int status = 0;  // 0: no answer
  std::string body;
};

// GET of 127.0.0.1:port.
HttpAnswer Get(uint16_t port, std::string_view path);

// The ports that process `pid` listens on, ascending.
std::vector<uint16_t> ListeningPorts(pid_t pid);

// Free ones, unless set; 0: off.
struct ScalerPorts {
  uint16_t grpc = FreePort();
  uint16_t metrics = FreePort();
  uint16_t probes = FreePort();
};

// Where it runs: what stands before its command, and the address that it serves on
// and is spoken to.
struct Place {
  std::vector<std::string> command_prefix;
  std::string host = "127.0.0.1";
};

class ScalerProcess {
 public:
  // Ports, a bind address and a node's name come from here, no kubelet is asked and no
  // CDI spec read, unless `flags` say otherwise.
  explicit ScalerProcess(std::vector<std::string> flags, const Environment& environment = {},
                         ScalerPorts ports = ScalerPorts(), const Place& place = Place());
  ~ScalerProcess();

  // Waits until the process has started to serve, whatever its GPUs do.
  bool AwaitStart();
  // Waits until gRPC health says SERVING.
  bool AwaitServing();

  // SIGTERM. The exit code; empty: it has not left within 5 s (more under
  // sanitizers).
  std::optional<int> Stop();
  // SIGKILL, as a node that fails gives no notice.
  void Kill();

  Keda& keda() { return *keda_; }
  HttpAnswer Metrics() const { return Get(ports_.metrics, "/metrics"); }
  HttpAnswer Probe(std::string_view path) const { return Get(ports_.probes, path); }
  // A sample of /metrics, by its name with labels; empty: there is none.
  std::optional<double> Sample(const std::string& series) const;

  const ScalerPorts& ports() const { return ports_; }
  ChildProcess& child() { return child_; }
  pid_t pid() const { return child_.pid(); }
  uint64_t ResidentKib() const;

 private:
  const ScalerPorts ports_;
  ChildProcess child_;
  std::unique_ptr<Keda> keda_;
  bool stopped_ = false;
};

}  // namespace gpuscaler::e2e
