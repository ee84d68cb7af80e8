#include "workloads/device_id.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace gpuscaler::workloads {
namespace {

struct IdRow {
  std::string id;
  std::string uuid;
  std::optional<uint32_t> minor;  // both empty: no GPU's id
};

constexpr const char* kUuid = "GPU-5a1c2f6e-0a3b-4c5d-8e7f-001122334455";
constexpr const char* kMig = "MIG-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

TEST(ReadDeviceId, ReadsAllFormsOfTheKubeletAndOfGke) {
  const std::string uuid = kUuid;
  const IdRow rows[] = {
      {uuid, uuid, {}},
      {uuid + "::0", uuid, {}},
      {uuid + "::12", uuid, {}},
      {kMig, kMig, {}},
      {std::string(kMig) + "::3", kMig, {}},
      {"MIG-GPU-5a1c2f6e-0a3b-4c5d-8e7f-001122334455/1/0",
       "MIG-GPU-5a1c2f6e-0a3b-4c5d-8e7f-001122334455/1/0",
       {}},
      {"nvidia0", "", 0},
      {"nvidia15", "", 15},
      {"nvidia3/vgpu7", "", 3},
      {"nvidia3/gi2", "", {}},
      {"nvidia3/gi2/vgpu1", "", {}},
      {"", "", {}},
      {"GPU-", "", {}},
      {uuid + "::", "", {}},
      {uuid + "::x", "", {}},
      {uuid + "::1x", "", {}},
      {"nvidia", "", {}},
      {"nvidia-1", "", {}},
      {"nvidia0x", "", {}},
      {"nvidia0/", "", {}},
      {"nvidia0/gi", "", {}},
      {"nvidia0/vgpu1/gi1", "", {}},
      {"nvidia99999999999", "", {}},
      {"0000:3b:00.0", "", {}},
  };
  for (const IdRow& row : rows) {
    SCOPED_TRACE(row.id);
    const auto name = ReadDeviceId(row.id);
    EXPECT_EQ(name.has_value(), !row.uuid.empty() || row.minor.has_value());
    if (!name) continue;
    EXPECT_EQ(name->uuid, row.uuid);
    EXPECT_EQ(name->minor, row.minor);
  }
}

TEST(ReadClaimDevice, ReadsTheDevicesOfTheDraDriver) {
  EXPECT_EQ(ReadClaimDevice("gpu-0")->minor, 0u);
  EXPECT_EQ(ReadClaimDevice("gpu-11")->minor, 11u);
  for (const char* const other :
       {"", "gpu-", "gpu-x", "gpu-1x", "gpu-1-vgpu", "channel-0", "gpu-2-mig-1g24gb-me-20-5"}) {
    EXPECT_FALSE(ReadClaimDevice(other).has_value()) << other;
  }
}

TEST(Names, IsByUuidOrByTheNumberOfTheDeviceFileNeverByIndex) {
  telemetry::GpuIdentity identity;
  identity.index = 1;
  identity.uuid = kUuid;
  identity.minor = 0;
  EXPECT_TRUE(Names({kUuid, {}}, identity));
  EXPECT_FALSE(Names({kMig, {}}, identity));
  EXPECT_TRUE(Names({"", 0}, identity));
  EXPECT_FALSE(Names({"", 1}, identity));
  identity.minor.reset();
  EXPECT_FALSE(Names({"", 0}, identity));
}

}  // namespace
}  // namespace gpuscaler::workloads
