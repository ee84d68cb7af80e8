#include "engines/endpoint/ip_address.h"

#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"

namespace gpuscaler::engines {
namespace {

TEST(IpAddress, ReadsTheUsualFormsAlone) {
  for (const char* text : {"0.0.0.0", "10.1.2.3", "255.255.255.255", "::", "::1", "fd00::1:2"}) {
    const auto address = IpAddress::Parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->ToString(), text);
  }
  for (const char* text : {"", "10.1.2", "10.1.2.256", "010.1.2.3", "0x7f.1", "2130706433", "[::1]",
                           "fe80::1%eth0", "::1 ", "1.2.3.4."}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(std::string_view("1.2.3.4\0x", 9)));
}

TEST(IpAddress, WhatIpv6CarriesOfIpv4) {
  const struct {
    const char* address;
    const char* embedded;
  } rows[] = {
      {"::ffff:169.254.169.254", "169.254.169.254"},
      {"::ffff:0:127.0.0.1", "127.0.0.1"},
      {"::10.0.0.1", "10.0.0.1"},
      {"::2", "0.0.0.2"},
      {"64:ff9b::7f00:1", "127.0.0.1"},
      {"2002:a9fe:a9fe::1", "169.254.169.254"},
      {"::", nullptr},
      {"::1", nullptr},
      {"fd00::7f00:1", nullptr},
      {"64:ff9a::7f00:1", nullptr},
      {"2003:a9fe:a9fe::1", nullptr},
      {"127.0.0.1", nullptr},
  };
  for (const auto& row : rows) {
    const auto embedded = EmbeddedV4(*IpAddress::Parse(row.address));
    ASSERT_EQ(embedded.has_value(), row.embedded != nullptr) << row.address;
    if (!embedded) continue;
    EXPECT_EQ(embedded->ToString(), row.embedded) << row.address;
  }
}

TEST(IpRange, HoldsWhatSharesItsBits) {
  const struct {
    const char* range;
    const char* inside;
    const char* outside;
  } rows[] = {
      {"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
      {"172.16.0.0/12", "172.31.255.255", "172.32.0.0"},
      {"192.168.1.4/30", "192.168.1.7", "192.168.1.8"},
      {"1.2.3.4", "1.2.3.4", "1.2.3.5"},
      {"0.0.0.0/0", "255.255.255.255", "::"},
      {"::/0", "ffff::", "0.0.0.0"},
      {"fe80::/10", "febf::1", "fec0::"},
      {"fd00::1/128", "fd00::1", "fd00::2"},
  };
  for (const auto& row : rows) {
    const auto range = IpRange::Parse(row.range);
    ASSERT_TRUE(range.ok()) << range.status();
    EXPECT_TRUE(range->Holds(*IpAddress::Parse(row.inside))) << row.range;
    EXPECT_FALSE(range->Holds(*IpAddress::Parse(row.outside))) << row.range;
  }
}

TEST(IpRange, SaysWhatIsWrong) {
  const struct {
    const char* text;
    const char* message;
  } rows[] = {
      {"ten", "\"ten\" is no range of addresses such as 10.0.0.0/8 or fd00::/8"},
      {"10.0.0.0/33", "\"10.0.0.0/33\": the length after the slash is a number from 0 to 32"},
      {"10.0.0.0/", "\"10.0.0.0/\": the length after the slash is a number from 0 to 32"},
      {"fd00::/129", "\"fd00::/129\": the length after the slash is a number from 0 to 128"},
      {"10.1.2.3/8", "\"10.1.2.3/8\" has bits below its length; the range is 10.0.0.0/8"},
  };
  for (const auto& row : rows) {
    const auto range = IpRange::Parse(row.text);
    EXPECT_EQ(range.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(base::Message(range.status()), row.message);
  }
}

}  // namespace
}  // namespace gpuscaler::engines
