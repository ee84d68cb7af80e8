#include "scaling/shared_gpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "scaling/views.h"

namespace gpuscaler::scaling {
namespace {

using testing::HasSubstr;

struct HolderRow {
  std::string name;
  bool own;
  std::vector<std::string> gpus;
};

absl::Status Check(const std::vector<HolderRow>& rows, const std::vector<size_t>& places) {
  telemetry::Snapshot node = MakeNode("node-a", {});
  auto ownership = std::make_shared<telemetry::Ownership>();
  std::vector<bool> own;
  for (const HolderRow& row : rows) {
    ownership->pods.push_back({"ns", row.name, {}, row.gpus});
    own.push_back(row.own);
  }
  node.ownership = ownership;
  return CheckAlone(node, own, places);
}

TEST(SharedGpu, IsOneThatAPodOfAnotherWorkloadHoldsToo) {
  EXPECT_TRUE(Check({{"a", true, {"G1"}}, {"b", false, {"G2"}}}, {0}).ok());
  EXPECT_TRUE(Check({{"a", true, {"G1"}}, {"b", true, {"G1"}}}, {0, 1}).ok()) << "its own pods";
  EXPECT_TRUE(Check({{"b", false, {"G1"}}, {"c", false, {"G1"}}}, {}).ok()) << "others' matter";
  const absl::Status shared =
      Check({{"a", true, {"G1", "G3"}}, {"b", false, {"G2"}}, {"c", false, {"G0", "G3"}}}, {0});
  EXPECT_EQ(shared.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(base::Message(shared)),
              HasSubstr("GPU G3 of node-a is shared: ns/a and ns/c hold it"));
}

TEST(SharedGpu, OnlyThePodsThatAreAskedForMatter) {
  const std::vector<HolderRow> rows = {
      {"a", true, {"G1"}}, {"b", true, {"G2"}}, {"c", false, {"G2"}}};
  EXPECT_TRUE(Check(rows, {0}).ok());
  EXPECT_FALSE(Check(rows, {0, 1}).ok());
}

}  // namespace
}  // namespace gpuscaler::scaling
