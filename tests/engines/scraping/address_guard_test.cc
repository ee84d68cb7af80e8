#include "engines/scraping/address_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

using testing::HasSubstr;

std::vector<IpRange> Ranges(const std::vector<std::string>& texts) {
  std::vector<IpRange> ranges;
  for (const std::string& text : texts) ranges.push_back(*IpRange::Parse(text));
  return ranges;
}

absl::Status Judge(const std::string& address, const std::vector<std::string>& allow = {},
                   const std::vector<std::string>& deny = {}) {
  return AddressGuard(Ranges(allow), Ranges(deny)).Judge(*IpAddress::Parse(address));
}

TEST(AddressGuard, EitherSideOfEveryEdge) {
  const char* refused[] = {"0.0.0.0",
                           "0.255.255.255",
                           "127.0.0.0",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.0.0",
                           "169.254.169.254",
                           "169.254.255.255",
                           "224.0.0.0",
                           "239.255.255.255",
                           "255.255.255.255",
                           "100.100.100.200",
                           "168.63.129.16",
                           "192.0.0.192",
                           "::",
                           "::1",
                           "fe80::",
                           "fe80::1",
                           "febf:ffff::",
                           "fec0::1",
                           "feff::1",
                           "ff02::1",
                           "ff00::",
                           "fd00:ec2::254",
                           "fd00:ec2::23",
                           "fd20:ce::254",
                           "fd00:42::42",
                           "fd00:c1::a9fe:a9fe",
                           "2001::1",
                           "2001:0:ffff::",
                           "64:ff9b:1::a00:1"};
  for (const char* address : refused) {
    EXPECT_EQ(Judge(address).code(), absl::StatusCode::kPermissionDenied) << address;
  }
  const char* passed[] = {
      "1.0.0.0",         "126.255.255.255", "128.0.0.0",       "169.253.255.255", "169.255.0.0",
      "223.255.255.255", "240.0.0.1",       "255.255.255.254", "100.100.100.201", "100.64.0.1",
      "168.63.129.17",   "10.0.0.1",        "172.16.0.1",      "192.168.0.1",     "8.8.8.8",
      "fe7f:ffff::",     "fd00::1",         "fd00:ec2::253",   "fd20:ce::255",    "2001:1::1",
      "2600::1"};
  for (const char* address : passed) {
    EXPECT_TRUE(Judge(address).ok()) << address;
  }
}

TEST(AddressGuard, TheAddressWithinAnAddressIsJudged) {
  for (const char* inner : {"127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1"}) {
    EXPECT_FALSE(Judge(std::string("::ffff:") + inner).ok()) << inner;
    EXPECT_FALSE(Judge(std::string("::ffff:0:") + inner).ok()) << inner;
    EXPECT_FALSE(Judge(std::string("64:ff9b::") + inner).ok()) << inner;
    EXPECT_FALSE(Judge(std::string("::") + inner).ok()) << inner;
  }
  EXPECT_FALSE(Judge("2002:7f00:1::1").ok());
  EXPECT_FALSE(Judge("2002:a9fe:a9fe::").ok());
  EXPECT_TRUE(Judge("2002:a00:1::1").ok());
  EXPECT_TRUE(Judge("::ffff:10.0.0.1").ok());
  EXPECT_TRUE(Judge("64:ff9b::10.0.0.1").ok());
  EXPECT_EQ(Judge("::ffff:10.0.0.1", {}, {"10.0.0.0/8"}).code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(Judge("64:ff9b::10.0.0.1", {"10.0.0.0/8"}).ok());
}

TEST(AddressGuard, AnAllowedRangeOpensWhatItNamesAndNoMore) {
  EXPECT_TRUE(Judge("127.0.0.1", {"127.0.0.0/8"}).ok());
  EXPECT_TRUE(Judge("127.0.0.2", {"127.0.0.2/32"}).ok());
  EXPECT_TRUE(Judge("::ffff:127.0.0.1", {"127.0.0.0/8"}).ok());
  EXPECT_FALSE(Judge("127.0.0.1", {"127.0.0.2/32"}).ok());
  EXPECT_FALSE(Judge("127.0.0.1", {"0.0.0.0/0"}).ok()) << "everything is not a name for loopback";
  EXPECT_FALSE(Judge("::1", {"::/0"}).ok());
  EXPECT_TRUE(Judge("169.254.7.7", {"169.254.0.0/16"}).ok());
  EXPECT_FALSE(Judge("169.254.169.254", {"169.254.0.0/16"}).ok());
  EXPECT_TRUE(Judge("169.254.169.254", {"169.254.169.254/32"}).ok());
  EXPECT_FALSE(Judge("10.0.0.1", {"127.0.0.0/8"}).ok()) << "only what is allowed";
  EXPECT_TRUE(Judge("10.0.0.1", {"127.0.0.0/8", "10.0.0.0/8"}).ok());
}

TEST(AddressGuard, WhatIsDeniedIsDenied) {
  EXPECT_FALSE(Judge("10.0.0.1", {"10.0.0.0/8"}, {"10.0.0.0/24"}).ok());
  EXPECT_TRUE(Judge("10.0.1.0", {"10.0.0.0/8"}, {"10.0.0.0/24"}).ok());
  EXPECT_FALSE(Judge("127.0.0.1", {"127.0.0.0/8"}, {"127.0.0.1"}).ok());
}

TEST(AddressGuard, SaysWhichRuleItWas) {
  EXPECT_EQ(base::Message(Judge("::ffff:169.254.0.1")),
            "::ffff:169.254.0.1 (which stands for 169.254.0.1) must not be dialled: it is "
            "link-local (169.254.0.0/16); --engine-allow-cidr with a range within that opens it");
  EXPECT_THAT(std::string(base::Message(Judge("10.0.0.1", {}, {"10.0.0.0/8"}))),
              HasSubstr("it is in 10.0.0.0/8 of --engine-deny-cidr"));
  EXPECT_EQ(base::Message(Judge("8.8.8.8", {"10.0.0.0/8"})),
            "8.8.8.8 must not be dialled: it is in no range of --engine-allow-cidr");
}

}  // namespace
}  // namespace gpuscaler::engines
