#include "base/small_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/strings.h"

namespace gpuscaler::base {
namespace {

using absl::StatusCode;

class SmallFileTest : public testing::Test {
 protected:
  SmallFileTest() {
    std::string name = testing::TempDir() + "/small_file_XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~SmallFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }
  static std::string Error(const std::string& path, size_t most = 1 << 20) {
    return ReadSmallFile(path, most).status().ToString();
  }

  std::string folder_;
};

TEST_F(SmallFileTest, IsReadToItsEnd) {
  const std::string text = std::string(100'000, 'x') + std::string(1, '\0') + "end";
  EXPECT_EQ(ReadSmallFile(Write("file", text), 1 << 20).value_or(""), text);
  EXPECT_EQ(ReadSmallFile(Write("empty", ""), 0).value_or("?"), "");
}

TEST_F(SmallFileTest, ThatIsTooLargeIsAnErrorThatSaysWhatIsNot) {
  const std::string path = Write("file", std::string(1000, 'x'));
  EXPECT_EQ(ReadSmallFile(path, 1000).value_or("").size(), 1000U);
  EXPECT_EQ(Error(path, 999), "RESOURCE_EXHAUSTED: it has more than 999 bytes");
  EXPECT_EQ(Error(Write("file", std::string((2 << 20) + 1, 'x')), 2 << 20),
            "RESOURCE_EXHAUSTED: it is larger than 2 MiB");
}

TEST_F(SmallFileTest, WhatIsNoFileIsAnErrorAndIsNotWaitedFor) {
  EXPECT_EQ(Error(Path("none")), "NOT_FOUND: No such file or directory");
  std::filesystem::create_symlink("none", Path("link"));
  EXPECT_EQ(Error(Path("link")), "NOT_FOUND: No such file or directory");
  EXPECT_EQ(Error(folder_), "FAILED_PRECONDITION: it is not a regular file");
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(Error(Path("fifo")), "FAILED_PRECONDITION: it is not a regular file");
}

TEST_F(SmallFileTest, IsTheSameAsLongAsItsStampIs) {
  FileStamp read;
  const std::string path = Write("file", "one");
  ASSERT_TRUE(ReadSmallFile(path, 100, &read).ok());
  EXPECT_EQ(read.bytes, 3U);
  EXPECT_EQ(StampOf(path), read);
  Write("other", "two");
  std::filesystem::rename(Path("other"), path);
  EXPECT_NE(StampOf(path), read) << "another file, as large";
  ASSERT_TRUE(ReadSmallFile(path, 100, &read).ok());
  EXPECT_EQ(StampOf(path), read);
  Write("file", "three");
  EXPECT_NE(StampOf(path), read);
  std::filesystem::remove(path);
  EXPECT_EQ(StampOf(path), std::nullopt);
}

TEST_F(SmallFileTest, ThatCannotBeReadHasAStampAllTheSame) {
  FileStamp stamp;
  const std::string path = Write("file", std::string(1000, 'x'));
  EXPECT_FALSE(ReadSmallFile(path, 10, &stamp).ok());
  EXPECT_EQ(StampOf(path), stamp);
  EXPECT_FALSE(ReadSmallFile(Path("none"), 10, &stamp).ok());
  EXPECT_EQ(stamp, FileStamp());
}

}  // namespace
}  // namespace gpuscaler::base
