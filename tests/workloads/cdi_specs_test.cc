#include "workloads/cdi_specs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/strings.h"
#include "fakes/cdi/cdi_directory.h"

namespace gpuscaler::workloads {
namespace {

using fakes::CdiSpecText;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CdiSpecsTest : public testing::Test {
 protected:
  // The minor number of the device's GPU; -1: it is in no spec.
  int MinorOf(const std::string& name) {
    const CdiDevices& devices = specs_.Read();
    const auto found = devices.find("nvidia.com/gpu=" + name);
    return found == devices.end() ? -1 : static_cast<int>(*found->second.gpus.at(0).minor);
  }
  static std::string Spec(const std::string& name, int minor) {
    return CdiSpecText("nvidia.com/gpu", name, "/dev/nvidia" + std::to_string(minor));
  }

  fakes::CdiDirectory etc_;
  fakes::CdiDirectory run_;
  CdiSpecs specs_{{etc_.path(), "/nowhere/cdi", run_.path()}};
};

TEST_F(CdiSpecsTest, ReadsAllSpecsAndOfTwoTheLaterDirectorys) {
  EXPECT_THAT(specs_.Read(), IsEmpty());
  etc_.Write("a.yaml", Spec("a", 1));
  etc_.Write("b.yaml", Spec("b", 2));
  run_.Write("b.json", R"({"cdiVersion":"0.5.0","kind":"nvidia.com/gpu","devices":[{"name":"b",)"
                       R"("containerEdits":{"deviceNodes":[{"path":"/dev/nvidia7"}]}}]})");
  run_.Write("c.yml", Spec("c", 3));
  run_.Write("spec.2.tmp", "half of a sp");
  std::filesystem::create_directory(run_.PathOf("d.yaml"));
  EXPECT_EQ(MinorOf("a"), 1);
  EXPECT_EQ(MinorOf("b"), 7);
  EXPECT_EQ(MinorOf("c"), -1) << "specs end in .json or .yaml";
  EXPECT_THAT(specs_.TakeProblems(), IsEmpty());
}

TEST_F(CdiSpecsTest, FollowsEveryChange) {
  etc_.Write("a.yaml", Spec("a", 1));
  EXPECT_EQ(MinorOf("a"), 1);
  etc_.Write("a.yaml", Spec("a", 2));  // of the same size
  EXPECT_EQ(MinorOf("a"), 2);
  run_.Write("x.yaml", Spec("a", 3));
  EXPECT_EQ(MinorOf("a"), 3);
  run_.Remove("x.yaml");
  EXPECT_EQ(MinorOf("a"), 2);
  std::ofstream(etc_.PathOf("a.yaml")) << Spec("longer", 2);  // written over
  EXPECT_EQ(MinorOf("a"), -1);
  EXPECT_EQ(MinorOf("longer"), 2);
  etc_.Remove("a.yaml");
  EXPECT_THAT(specs_.Read(), IsEmpty());
  EXPECT_THAT(specs_.TakeProblems(), IsEmpty());
}

TEST_F(CdiSpecsTest, ADeviceOfTwoSpecsOfOneDirectoryIsNobodys) {
  run_.Write("a.yaml", Spec("a", 1));
  run_.Write("b.yaml", Spec("a", 2));
  run_.Write("c.yaml", Spec("c", 3));
  EXPECT_EQ(MinorOf("a"), -1);
  EXPECT_EQ(MinorOf("c"), 3);
  EXPECT_THAT(specs_.TakeProblems(),
              ElementsAre(AllOf(HasSubstr(run_.PathOf("b.yaml") + ": nvidia.com/gpu=a is in "),
                                HasSubstr(run_.PathOf("a.yaml")))));
  run_.Remove("a.yaml");
  EXPECT_EQ(MinorOf("a"), 2);
}

TEST_F(CdiSpecsTest, WhatCannotBeReadIsToldOnceAndTheOthersCount) {
  run_.Write("good.yaml", Spec("good", 1));
  run_.Write("broken.yaml", "kind: [");
  run_.Write("large.json", std::string(CdiSpecFile::kMostBytes + 1, ' '));
  ASSERT_EQ(mkfifo(run_.PathOf("fifo.yaml").c_str(), 0600), 0);
  std::filesystem::create_symlink("/nowhere/spec.yaml", run_.PathOf("link.yaml"));
  EXPECT_EQ(MinorOf("good"), 1);
  EXPECT_THAT(specs_.TakeProblems(),
              ElementsAre(HasSubstr(run_.PathOf("broken.yaml") + ": line 1"),
                          HasSubstr(run_.PathOf("fifo.yaml") + ": it is not a regular file"),
                          HasSubstr(run_.PathOf("large.json") + ": it has more than 524288 bytes"),
                          HasSubstr(run_.PathOf("link.yaml") + ": the link leads to nothing")));
  EXPECT_EQ(MinorOf("good"), 1);
  EXPECT_THAT(specs_.TakeProblems(), IsEmpty());

  run_.Write("broken.yaml", Spec("mended", 2));
  EXPECT_EQ(MinorOf("mended"), 2);
  EXPECT_THAT(specs_.TakeProblems(), IsEmpty());
  run_.Write("broken.yaml", "kind: [");
  EXPECT_EQ(MinorOf("mended"), -1);
  EXPECT_THAT(specs_.TakeProblems(), ElementsAre(HasSubstr("broken.yaml")));
}

TEST_F(CdiSpecsTest, ADirectoryThatIsNoneIsTold) {
  run_.Write("file", "");
  CdiSpecs specs({run_.PathOf("file"), etc_.path()});
  etc_.Write("a.yaml", Spec("a", 1));
  EXPECT_EQ(specs.Read().size(), 1u);
  EXPECT_THAT(specs.TakeProblems(), ElementsAre(HasSubstr(run_.PathOf("file") + ": Not a dir")));
}

TEST_F(CdiSpecsTest, OfTooManyFilesTheLaterDirectorysCount) {
  etc_.Write("a.yaml", Spec("a", 1));
  for (size_t i = 0; i < CdiSpecs::kMostFiles; ++i) {
    run_.Write("r" + std::to_string(i) + ".yaml", Spec("r" + std::to_string(i), 2));
  }
  EXPECT_EQ(MinorOf("a"), -1);
  EXPECT_EQ(MinorOf("r0"), 2);
  EXPECT_EQ(specs_.Read().size(), CdiSpecs::kMostFiles);
  EXPECT_THAT(specs_.TakeProblems(),
              ElementsAre(HasSubstr(etc_.path() + ": there are more specs")));
  run_.Remove("r0.yaml");
  EXPECT_EQ(MinorOf("a"), 1);
}

TEST_F(CdiSpecsTest, TooManyDevicesInAllAreToldOfTheSpecWithWhichTheyAreTooMany) {
  std::string devices;
  for (size_t i = 0; i < kMostCdiDevices; ++i) base::StrAppend(&devices, "- name: a", i, "\n");
  const size_t files = CdiSpecs::kMostDevices / kMostCdiDevices;
  for (size_t i = 0; i < files; ++i) {
    run_.Write("r" + std::to_string(i) + ".yaml",
               base::StrCat("cdiVersion: 0.5.0\nkind: a.b/r", i, "\ndevices:\n", devices));
  }
  etc_.Write("a.yaml", Spec("a", 1));
  EXPECT_EQ(specs_.Read().size(), CdiSpecs::kMostDevices);
  EXPECT_THAT(specs_.TakeProblems(),
              ElementsAre(HasSubstr(etc_.PathOf("a.yaml") + ": with it the specs have more")));
  EXPECT_EQ(specs_.Read().size(), CdiSpecs::kMostDevices);
  EXPECT_THAT(specs_.TakeProblems(), IsEmpty());
}

TEST(CdiSpecs, DirectoriesAreAbsolutePathsWithCommasBetween) {
  EXPECT_THAT(*CdiSpecs::ParseDirectories(CdiSpecs::kDefaultDirectories),
              ElementsAre("/etc/cdi", "/var/run/cdi"));
  EXPECT_THAT(*CdiSpecs::ParseDirectories("/a"), ElementsAre("/a"));
  EXPECT_THAT(*CdiSpecs::ParseDirectories(""), IsEmpty());
  for (const char* const list : {"etc/cdi", "/etc/cdi,,/b", "/etc/cdi, /b", ","}) {
    const auto parsed = CdiSpecs::ParseDirectories(list);
    ASSERT_FALSE(parsed.ok()) << list;
    EXPECT_THAT(std::string(parsed.status().message()),
                HasSubstr("not an absolute path; allowed is a list like /etc/cdi,/var/run/cdi"));
  }
}

}  // namespace
}  // namespace gpuscaler::workloads
