#include "fleet/gateway_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace gpuscaler::fleet {
namespace {

struct Case {
  const char* text;
  const char* host;
  uint16_t port;
};

TEST(ParseGatewayNames, ReadsNamesAndAddresses) {
  const Case cases[] = {
      {"dns:gateways.gpu.svc:6001", "gateways.gpu.svc", 6001},
      {"gateways:1", "gateways", 1},
      {"10.0.0.7:65535", "10.0.0.7", 65535},
      {"[fd00::7]:6001", "fd00::7", 6001},
      {"dns:[::1]:6001", "::1", 6001},
  };
  for (const Case& row : cases) {
    const auto names = ParseGatewayNames(row.text);
    ASSERT_TRUE(names.ok()) << names.status();
    ASSERT_EQ(names->size(), 1u);
    EXPECT_EQ(names->front().host, row.host);
    EXPECT_EQ(names->front().port, row.port);
  }
  const auto two = ParseGatewayNames("dns:a:6001,b:6002");
  ASSERT_TRUE(two.ok());
  ASSERT_EQ(two->size(), 2u);
  EXPECT_EQ(two->back().host, "b");
  EXPECT_EQ(two->back().port, 6002);
}

TEST(ParseGatewayNames, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "has no port"},
      {"gateways", "has no port"},
      {"dns:gateways", "has no port"},
      {"gateways:", "1 to 65535"},
      {"gateways:0", "1 to 65535"},
      {"gateways:65536", "1 to 65535"},
      {"gateways:6001x", "1 to 65535"},
      {":6001", "names no host"},
      {"dns::6001", "names no host"},
      {"fd00::7:6001", "without brackets"},
      {"a b:6001", "is not a host"},
      {"http://a:6001", "is not a host"},
      {"a\nb:1", "is not a host"},
      {"a:1,,b:2", "has no port"},
      {"a:1,", "has no port"},
  };
  for (const auto& [text, why] : cases) {
    const auto names = ParseGatewayNames(text);
    ASSERT_FALSE(names.ok()) << text;
    EXPECT_EQ(names.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(base::Message(names.status())), testing::HasSubstr(why)) << text;
  }
}

TEST(Resolve, FindsEachAddressOnce) {
  const auto local = Resolve({"127.0.0.1", 6001});
  ASSERT_TRUE(local.ok()) << local.status();
  EXPECT_THAT(*local, testing::ElementsAre(GatewayAddress{"ipv4:127.0.0.1:6001", "127.0.0.1"}));
  const auto six = Resolve({"::1", 6001});
  ASSERT_TRUE(six.ok()) << six.status();
  EXPECT_THAT(*six, testing::ElementsAre(GatewayAddress{"ipv6:[::1]:6001", "::1"}));
}

TEST(Resolve, ANameThatNobodyKnowsIsUnavailable) {
  const auto nobody = Resolve({"no-such-host.invalid", 6001});
  ASSERT_FALSE(nobody.ok());
  EXPECT_EQ(nobody.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(base::Message(nobody.status())),
              testing::HasSubstr("no-such-host.invalid"));
}

}  // namespace
}  // namespace gpuscaler::fleet
