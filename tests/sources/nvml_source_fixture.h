// An NvmlSource on the fake library, with pauses short enough to test.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "fakes/nvml/fake_nvml.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sources/nvml/nvml_source.h"

namespace gpuscaler::sources {

using catalog::Lane;
using catalog::Metric;
using fakes::FakeNvml;
using fakes::NvmlFunction;
using nvml::Return;
using telemetry::ReadingState;

class NvmlSourceFixture : public ::testing::Test {
 protected:
  NvmlSourceFixture() { nvml_.SetEnvironment(); }

  // Whatever a test does, the library is used as it must be.
  void TearDown() override {
    source_.reset();
    EXPECT_EQ(nvml_.MisuseText(), misuse_);
  }

  static NvmlSource::Options Fast(const std::string& path = FakeNvml::LibraryPath()) {
    NvmlSource::Options options;
    options.library_path = path;
    options.sessions.first_pause = std::chrono::milliseconds(1);
    options.sessions.longest_pause = std::chrono::milliseconds(4);
    options.lost_gpu_retry = std::chrono::milliseconds(1);
    return options;
  }

  NvmlSource& Start(NvmlSource::Options options = Fast()) {
    source_ = std::make_unique<NvmlSource>(std::move(options));
    return *source_;
  }

  // The samples of a read that must work.
  std::vector<GpuSample> Read(Lane lane) {
    auto read = source_->Read(lane);
    EXPECT_TRUE(read.ok()) << read.status();
    return read.ok() ? *std::move(read) : std::vector<GpuSample>();
  }

  // Reads until `done` likes what comes; fails after 20 s.
  using ReadResult = absl::StatusOr<std::vector<GpuSample>>;
  ReadResult ReadUntil(Lane lane, const std::function<bool(const ReadResult&)>& done) {
    const base::SteadyTime deadline = base::Now() + std::chrono::seconds(20);
    while (base::Now() < deadline) {
      auto read = source_->Read(lane);
      if (done(read)) return read;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "what was awaited has not come";
    return absl::DeadlineExceededError("");
  }

  static void Await(const std::function<bool()>& done) {
    const base::SteadyTime deadline = base::Now() + std::chrono::seconds(20);
    while (!done() && base::Now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_TRUE(done());
  }

  static bool IsOk(const ReadResult& read) { return read.ok(); }

  FakeNvml nvml_{2};
  std::unique_ptr<NvmlSource> source_;
  std::string misuse_;  // what the test provokes
};

inline std::string Text(const absl::Status& status) {
  return std::string(base::Message(status));
}

}  // namespace gpuscaler::sources
