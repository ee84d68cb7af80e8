#include "workloads/cdi_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"

namespace gpuscaler::workloads {
namespace {

using testing::HasSubstr;

constexpr const char* kUuid = "GPU-5a1c2f6e-0a3b-4c5d-8e7f-001122334455";

// "0 3 GPU-..." or "mig".
std::string Text(const CdiDevice& device) {
  std::string text;
  for (const GpuName& gpu : device.gpus) {
    base::StrAppend(&text, text.empty() ? "" : " ",
                    gpu.minor ? std::to_string(*gpu.minor) : gpu.uuid);
  }
  return device.is_mig ? text + "mig" : text;
}

// As NVIDIA's DRA driver writes it for a claim, with all that is not looked at.
constexpr const char* kClaim = R"(---
cdiVersion: 0.5.0
kind: k8s.gpu.nvidia.com/claim
annotations:
    some/where: "here"
devices:
    - name: dab5ab50-d59a-42a6-af16-cfd4628c0f7a-gpu-0
      containerEdits:
        deviceNodes:
            - path: /dev/nvidia3
              hostPath: /run/nvidia/driver/dev/nvidia3
            - path: /dev/dri/card1
            - path: /dev/dri/renderD128
        hooks:
            - hookName: createContainer
              path: /usr/bin/nvidia-cdi-hook
              args: [nvidia-cdi-hook, chmod, --mode, "755", --path, /dev/dri]
              env:
                - NVIDIA_CTK_DEBUG=false
    - name: dab5ab50-d59a-42a6-af16-cfd4628c0f7a-gpu-1-mig-1g24gb-14-0
      containerEdits:
        deviceNodes:
            - path: /dev/nvidia1
            - path: /dev/nvidia-caps/nvidia-cap30
              type: c
              major: 238
              minor: 30
              fileMode: 292
            - path: /dev/nvidia-caps/nvidia-cap31
containerEdits:
    env:
        - NVIDIA_CTK_LIBCUDA_DIR=/lib/x86_64-linux-gnu
        - NVIDIA_VISIBLE_DEVICES=void
    deviceNodes:
        - path: /dev/nvidia-modeset
        - path: /dev/nvidia-uvm
        - path: /dev/nvidia-uvm-tools
        - path: /dev/nvidiactl
    mounts:
        - hostPath: /usr/lib/libcuda.so.1
          containerPath: /usr/lib/libcuda.so.1
          options: [ro, nosuid, nodev, rbind, rprivate]
)";

TEST(ReadCdiSpec, ReadsWhatTheDriverWritesForAClaim) {
  const auto devices = ReadCdiSpec(kClaim);
  ASSERT_TRUE(devices.ok()) << devices.status();
  ASSERT_EQ(devices->size(), 2u);
  EXPECT_EQ(
      Text(devices->at("k8s.gpu.nvidia.com/claim=dab5ab50-d59a-42a6-af16-cfd4628c0f7a-gpu-0")),
      "3");
  EXPECT_EQ(Text(devices->at("k8s.gpu.nvidia.com/claim="
                             "dab5ab50-d59a-42a6-af16-cfd4628c0f7a-gpu-1-mig-1g24gb-14-0")),
            "mig");
}

TEST(ReadCdiSpec, ReadsJson) {
  const std::string spec =
      R"({"cdiVersion":"0.6.0","kind":"nvidia.com/gpu","devices":[{"name":"0:1","containerEdits":)"
      R"({"deviceNodes":[{"path":"\/dev\/nvidia7","minor":0}],"env":[]}},)"
      "\n\t{\"name\":\"b\"}],\"containerEdits\":{\"additionalGids\":[1, 2],\"hooks\":null}}";
  const auto devices = ReadCdiSpec(spec);
  ASSERT_TRUE(devices.ok()) << devices.status();
  EXPECT_EQ(Text(devices->at("nvidia.com/gpu=0:1")), "7");
  EXPECT_EQ(Text(devices->at("nvidia.com/gpu=b")), "");
}

struct DeviceRow {
  std::string name;
  std::string edits;   // of the device
  std::string common;  // of all
  std::string means;
};

TEST(ReadCdiSpec, ADeviceIsTheGpusThatAContainerCanOpen) {
  const std::string uuid = kUuid;
  const DeviceRow rows[] = {
      {"gpu-0", "deviceNodes: [{path: /dev/nvidia0}]", "", "0"},
      {"gpu-0", "deviceNodes: [{path: /dev/nvidia3}]", "", "3"},
      {"gpu-0", "deviceNodes: [{path: /dev/nvidia0, hostPath: /dev/nvidia3}]", "", "3"},
      {"gpu-0", "deviceNodes: [{path: /dev/nvidia0, hostPath: /host/dev/nvidia12}]", "", "12"},
      // Numbers of its own make the file another one.
      {"gpu-0", "deviceNodes: [{path: /dev/nvidia0, type: c, major: 195, minor: 3}]", "", "3"},
      {"gpu-0", "deviceNodes: [{path: /dev/nvidia5, type: c, major: 195}]", "", "0"},
      {"gpu-0", "deviceNodes: [{path: /dev/nvidia5, minor: 3}]", "", "5"},
      {"all", "deviceNodes: [{path: /dev/nvidia1}, {path: /dev/nvidia0}]", "", "1 0"},
      {"all", "deviceNodes: [{path: /dev/nvidia1}, {path: /dev/nvidia1}]", "", "1"},
      {"gpu-0", "deviceNodes: [{path: /dev/dri/card1}]", "deviceNodes: [{path: /dev/nvidia2}]",
       "2"},
      {"gpu-0", "deviceNodes: [{path: /dev/nvidia1}]", "deviceNodes: [{path: /dev/nvidia2}]",
       "2 1"},
      // Files of GPUs and others.
      {"none", "deviceNodes: [{path: /dev/nvidiactl}, {path: /dev/nvidia-uvm}]", "", ""},
      {"none", "deviceNodes: [{path: /dev/nvidia-caps-imex-channels/channel0}]", "", ""},
      {"none", "deviceNodes: [{path: /dev/nvidia}, {path: /dev/nvidia1x}, {path: nvidia1}]", "",
       ""},
      {"none", "deviceNodes: [{path: /dev/vfio/1}]", "", ""},
      {"none", "", "", ""},
      // Parts of GPUs, and what only allows to configure them.
      {"mig1:0", "deviceNodes: [{path: /dev/nvidia1}, {path: /dev/nvidia-caps/nvidia-cap3}]", "",
       "mig"},
      {"mig1:0", "deviceNodes: [{path: /dev/nvidia1}]",
       "deviceNodes: [{path: /dev/nvidia-caps/nvidia-cap30}]", "mig"},
      {"all",
       "deviceNodes: [{path: /dev/nvidia1}, {path: /dev/nvidia-caps/nvidia-cap1}, {path: "
       "/dev/nvidia-caps/nvidia-cap2}]",
       "", "1"},
      {"MIG-0f1e2d3c", "deviceNodes: [{path: /dev/nvidia1}]", "", "mig"},
      {"MIG-0f1e2d3c", "", "", "mig"},
      {"part", "env: [NVIDIA_VISIBLE_DEVICES=MIG-0f1e2d3c]", "", "mig"},
      // Without files: what is said of them.
      {"a", "env: [A=b, NVIDIA_VISIBLE_DEVICES=" + uuid + "]", "", uuid},
      {"a", "env: [\"NVIDIA_VISIBLE_DEVICES=" + uuid + ",GPU-b\"]", "", uuid + " GPU-b"},
      {"a", "env: []", "env: [NVIDIA_VISIBLE_DEVICES=" + uuid + "]", uuid},
      {"a", "env: [NVIDIA_VISIBLE_DEVICES=void]", "", ""},
      {"a", "env: [NVIDIA_VISIBLE_DEVICES=all]", "", ""},
      {"a", "env: [NVIDIA_VISIBLE_DEVICES=0]", "", ""},
      {"a", "env: [NVIDIA_VISIBLE_DEVICES=]", "", ""},
      {uuid, "env: [NVIDIA_VISIBLE_DEVICES=void]", "", uuid},
      {uuid, "deviceNodes: [{path: /dev/nvidia4}]", "", "4"},
      // What is not as it should be is as if it were not there.
      {"a", "deviceNodes: {path: /dev/nvidia1}", "", ""},
      {"a", "deviceNodes: [/dev/nvidia1, [{path: /dev/nvidia2}]]", "", ""},
      {"a", "deviceNodes: [{\"path/x\": /dev/nvidia1, path: ~}]", "", ""},
  };
  for (const DeviceRow& row : rows) {
    const std::string spec =
        base::StrCat("{cdiVersion: 0.5.0, kind: nvidia.com/gpu, devices: [{name: '", row.name,
                     "', containerEdits: {", row.edits, "}}], containerEdits: {", row.common, "}}");
    SCOPED_TRACE(spec);
    const auto devices = ReadCdiSpec(spec);
    ASSERT_TRUE(devices.ok()) << devices.status();
    EXPECT_EQ(Text(devices->at("nvidia.com/gpu=" + row.name)), row.means);
  }
}

// Of `count` devices, the first of which is called `name`.
std::string Spec(const std::string& kind, const std::string& name, int count = 1) {
  std::string spec =
      base::StrCat("cdiVersion: 0.5.0\nkind: ", kind, "\ndevices:\n- name: '", name, "'\n");
  for (int i = 1; i < count; ++i) base::StrAppend(&spec, "- name: a", i, "\n");
  return spec;
}

std::string Gpus(int count) {
  std::string edits = "  containerEdits:\n    deviceNodes:\n";
  for (int i = 0; i < count; ++i) base::StrAppend(&edits, "    - path: /dev/nvidia", i, "\n");
  return edits;
}

std::string Nested(std::string_view open, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += open;
  return text;
}

struct ErrorRow {
  std::string spec;
  std::string says;
};

TEST(ReadCdiSpec, RefusesWhatIsNoSpecAndSaysWhy) {
  const ErrorRow rows[] = {
      {"", "it holds nothing"},
      {"# nothing\n", "it"},
      {"a: [b", "line 1"},
      {"[1, 2]", "cdiVersion"},
      {"just words", "cdiVersion"},
      {"devices: [{name: a}]\nkind: a/b\n", "cdiVersion"},
      {"cdiVersion: 1.0.0\nkind: a/b\n", "0 devices; allowed are 1 to 1024"},
      {"cdiVersion: 1.0.0\nkind: a/b\ndevices: [a, [b]]\n", "0 devices"},
      {Spec("gpu", "a"), "\"gpu\"; it must be VENDOR/CLASS"},
      {Spec("nvidia.com/", "a"), "VENDOR/CLASS"},
      {Spec("nvidia.com/gpu/x", "a"), "VENDOR/CLASS"},
      {Spec("1vidia.com/gpu", "a"), "VENDOR/CLASS"},
      {Spec("nvidia.com/gpu-", "a"), "VENDOR/CLASS"},
      {Spec("nvidia.com/gpu", ""), "device \"\" has no name"},
      {Spec("nvidia.com/gpu", "-a"), "device \"-a\" has no name"},
      {Spec("nvidia.com/gpu", "a=b"), "device \"a=b\" has no name"},
      {Spec("nvidia.com/gpu", "a1", 2), "device \"a1\" is there twice"},
      {Spec("nvidia.com/gpu", "a", 1025), "1025 devices"},
      {Spec("nvidia.com/gpu", "a") + Gpus(65), "more GPUs than the 64"},
      {Spec("nvidia.com/gpu", "a") + "kind: a/b\n", "line 5: \"kind\" is there twice"},
      {"cdiVersion: &x 1.0.0\nkind: *x\n", "line 2: an alias is not read"},
      {"{[a]: b}", "a key is a list or a mapping"},
      // The parser calls itself for each level.
      {Nested("[", 17) + Nested("]", 17), "nested deeper than the 16 levels"},
      {Nested("[", 100'000) + Nested("]", 100'000), "nested deeper"},
      {Nested("{a: ", 100'000) + Nested("}", 100'000), "nested deeper"},
      {Nested("[", 100'000), "line 1"},
      {Nested("- ", 100'000), "nested deeper"},
      {Nested("? ", 100'000), "line 1"},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.spec.substr(0, 200));
    const auto devices = ReadCdiSpec(row.spec);
    ASSERT_FALSE(devices.ok());
    EXPECT_EQ(devices.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(devices.status().message()), HasSubstr(row.says));
  }
  EXPECT_TRUE(ReadCdiSpec(Spec("nvidia.com/gpu", "a", 1024)).ok());
  EXPECT_EQ(ReadCdiSpec(Spec("nvidia.com/gpu", "a") + Gpus(64))->at("nvidia.com/gpu=a").gpus.size(),
            64u);
}

}  // namespace
}  // namespace gpuscaler::workloads
