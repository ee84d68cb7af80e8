// A gateway's report port, in this process and over TCP.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "fleet/collector.h"
#include "fleet/report_method.h"
#include "fleet/report_stream.h"
#include "rpc/server.h"
#include "telemetry/store.h"

namespace gpuscaler::fleet {

class TestGateway {
 public:
  explicit TestGateway(uint16_t port = 0)
      : hot_([this] { server_->Wake(); }),
        collector_({.forget_after = std::chrono::minutes(15), .limits = {.nodes = 100}}, store_,
                   hot_) {
    rpc::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = port;
    options.max_request_bytes = ReportStream::kLargestMessage;
    server_ = std::make_unique<rpc::Server>(options);
    server_->AddConversation(kFleetService, kReportMethod, [this](const rpc::Caller& caller) {
      return std::make_unique<ReportStream>(collector_, caller);
    });
    const absl::Status started = server_->Start([](base::SteadyTime) {});
    EXPECT_TRUE(started.ok()) << started;
  }
  ~TestGateway() { Stop(); }

  void Stop() { server_->Shutdown(std::chrono::seconds(1)); }

  uint16_t port() const { return server_->port(); }
  int64_t open_streams() const { return server_->stats().front().open_streams.load(); }
  Collector& collector() { return collector_; }
  HotGpus& hot() { return hot_; }

  // Empty: no such node or GPU.
  std::optional<double> Utilization(const std::string& node, size_t gpu = 0) const {
    const auto view = store_.Load();
    for (const auto& held : view->nodes()) {
      if (held->node != node || gpu >= held->gpus.size()) continue;
      return held->gpus[gpu].readings.Value(catalog::Metric::kGpuUtilization);
    }
    return std::nullopt;
  }

 private:
  telemetry::Store store_;
  std::unique_ptr<rpc::Server> server_;
  HotGpus hot_;
  Collector collector_;
};

}  // namespace gpuscaler::fleet
