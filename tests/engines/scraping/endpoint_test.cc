#include "engines/endpoint/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/strings.h"
#include "engines/scraping/endpoint_rules.h"

namespace gpuscaler::engines {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ParseEndpoint, TakesUrlsApart) {
  const struct {
    const char* url;
    const char* canonical;
    const char* authority;
  } rows[] = {
      {"http://vllm", "http://vllm:80/metrics", "vllm"},
      {"http://vllm/", "http://vllm:80/metrics", "vllm"},
      {"http://vllm:8000?a=b", "http://vllm:8000/metrics?a=b", "vllm:8000"},
      {"HTTP://VLLM.Ns.svc:8000/Stats", "http://vllm.ns.svc:8000/Stats", "vllm.ns.svc:8000"},
      {"https://vllm", "https://vllm:443/metrics", "vllm"},
      {"https://vllm:80/m", "https://vllm:80/m", "vllm:80"},
      {"http://10.0.0.1:9/x", "http://10.0.0.1:9/x", "10.0.0.1:9"},
      {"http://[FD00::01]:8000/x", "http://[fd00::1]:8000/x", "[fd00::1]:8000"},
      {"http://[::ffff:10.0.0.1]/x", "http://[::ffff:10.0.0.1]:80/x", "[::ffff:10.0.0.1]"},
      {"http://a_b.ns.svc.cluster.local./m", "http://a_b.ns.svc.cluster.local.:80/m",
       "a_b.ns.svc.cluster.local."},
      {"http://3com.example/m", "http://3com.example:80/m", "3com.example"},
      {"http://vllm/m?x=1/2?3@4:5", "http://vllm:80/m?x=1/2?3@4:5", "vllm"},
  };
  for (const auto& row : rows) {
    const auto endpoint = ParseEndpoint(row.url, "/metrics");
    ASSERT_TRUE(endpoint.ok()) << row.url << ": " << endpoint.status();
    EXPECT_EQ(endpoint->ToUrl(), row.canonical);
    EXPECT_EQ(endpoint->Authority(), row.authority) << row.url;
  }
  EXPECT_EQ(ParseEndpoint("http://a.b./m", "/")->HostWithoutDot(), "a.b");
  EXPECT_TRUE(ParseEndpoint("http://10.0.0.1/", "/")->literal.has_value());
  EXPECT_FALSE(ParseEndpoint("http://name/", "/")->literal.has_value());
}

TEST(ParseEndpoint, NamesThePartThatIsWrong) {
  const struct {
    std::string url;
    const char* message;
  } rows[] = {
      {"", "begins with neither http:// nor https://"},
      {"vllm:8000", "begins with neither http:// nor https://"},
      {"file:///etc/passwd", "begins with neither"},
      {"gopher://vllm/", "begins with neither"},
      {"http://", "host is missing"},
      {"http:///metrics", "host is missing"},
      {"http://:8000/", "host is missing"},
      {"http://user:secret@vllm/", "URL holds credentials"},
      {"http://user:sec/ret@vllm/", "URL holds credentials"},
      {"http://vllm/#part", "fragment"},
      {"http://vllm#@evil.com/", "fragment"},
      {"http://vllm:0/", "port \"0\" is no number from 1 to 65535"},
      {"http://vllm:65536/", "port \"65536\" is no"},
      {"http://vllm:/", "port \"\" is no"},
      {"http://vllm:80a/", "port \"80a\" is no"},
      {"http://vllm:+8/", "port \"+8\" is no"},
      {"http://a:1:2/", "port \"1:2\" is no"},
      {"http://2130706433/", "is a number"},
      {"http://0177.0.0.1/", "is a number"},
      {"http://0x7f.1/", "is a number"},
      {"http://0x7f000001/", "is a number"},
      {"http://0x/", "is a number"},
      {"http://127.1/", "is a number"},
      {"http://127.0.0.1./", "is a number"},
      {"http://1.2.3.256/", "is a number"},
      {"http://vllm.0x10/", "is a number"},
      {"http://fd00::1/", "port \":1\" is no"},
      {"http://[fd00::1/", "lacks its closing bracket"},
      {"http://[fd00::1]x/", "goes on after its bracket"},
      {"http://[fe80::1%25eth0]/", "is no IPv6 address without a zone"},
      {"http://[10.0.0.1]/", "is no IPv6 address"},
      {"http://[]/", "is no IPv6 address"},
      {"http://a..b/", "is no DNS name"},
      {"http://-a/", "is no DNS name"},
      {"http://a-/", "is no DNS name"},
      {"http://./", "is no DNS name"},
      {"http://a%62/", "is no DNS name"},
      {"http://" + std::string(64, 'a') + "/", "is no DNS name"},
      {"http://v llm/", "percent-encoded, at position 9"},
      {"http://vllm/a\r\nX: y", "percent-encoded, at position 14"},
      {"http://vllm\\@evil/", "percent-encoded"},
      {"http://v\xC3\xBCllm/", "percent-encoded"},
      {std::string("http://vllm/\0", 13), "percent-encoded"},
      {"http://vllm/" + std::string(2048, 'a'), "URL has 2060 characters; it may have 2048"},
  };
  for (const auto& row : rows) {
    const auto endpoint = ParseEndpoint(row.url, "/metrics");
    EXPECT_EQ(endpoint.status().code(), absl::StatusCode::kInvalidArgument) << row.url;
    EXPECT_THAT(std::string(base::Message(endpoint.status())), HasSubstr(row.message)) << row.url;
    EXPECT_THAT(std::string(base::Message(endpoint.status())), Not(HasSubstr("secret")));
  }
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += "a.";
  EXPECT_TRUE(ParseEndpoint("http://" + longest.substr(0, 253) + "/", "/").ok());
  EXPECT_FALSE(ParseEndpoint("http://" + longest.substr(0, 252) + "aa/", "/").ok());
}

TEST(ParseEndpoint, TheSameOriginIsSchemeHostAndPort) {
  const auto of = [](const char* url) { return *ParseEndpoint(url, "/m"); };
  EXPECT_TRUE(of("http://a/x").SameOrigin(of("http://A:80/y")));
  EXPECT_TRUE(of("http://a.b/x").SameOrigin(of("http://a.b./x")));
  EXPECT_FALSE(of("http://a/x").SameOrigin(of("https://a:80/x")));
  EXPECT_FALSE(of("http://a/x").SameOrigin(of("http://a:81/x")));
  EXPECT_FALSE(of("http://a/x").SameOrigin(of("http://b/x")));
}

TEST(EndpointRules, SchemesAndPorts) {
  const auto check = [](const EndpointRules& rules, const char* url) {
    return rules.Check(*ParseEndpoint(url, "/m"));
  };
  EXPECT_TRUE(check({}, "http://a:22/").ok());
  EndpointRules rules;
  rules.plaintext = false;
  EXPECT_EQ(base::Message(check(rules, "http://a/")),
            "the endpoint http://a:80/m is plaintext; only https is allowed");
  EXPECT_TRUE(check(rules, "https://a/").ok());
  rules.ports = *ParsePorts("443,8000-8999");
  EXPECT_TRUE(check(rules, "https://a/").ok());
  EXPECT_TRUE(check(rules, "https://a:8000/").ok());
  EXPECT_TRUE(check(rules, "https://a:8999/").ok());
  EXPECT_FALSE(check(rules, "https://a:7999/").ok());
  EXPECT_EQ(base::Message(check(rules, "https://a:9000/")),
            "the endpoint https://a:9000/m names port 9000; allowed are 443, 8000-8999");
  for (const char* text : {"", "80,", "0", "65536", "9-8", "a", "1-2-3"}) {
    EXPECT_EQ(ParsePorts(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Excerpt, IsPrintableAndShort) {
  EXPECT_EQ(Excerpt("a\r\n\"\x80z"), "a????z");
  EXPECT_EQ(Excerpt(std::string(300, 'a')).size(), 203U);
}

}  // namespace
}  // namespace gpuscaler::engines
