#include "engines/scraping/bearer_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/strings.h"
#include "fakes/certificates/secret_folder.h"

namespace gpuscaler::engines {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HostGlob, MatchesWholeLabels) {
  const struct {
    const char* glob;
    const char* host;
    bool matches;
  } rows[] = {
      {"vllm.ns.svc", "vllm.ns.svc", true},
      {"VLLM.ns.svc", "vllm.ns.svc", true},
      {"vllm.ns.svc", "xvllm.ns.svc", false},
      {"*.ns.svc", "vllm.ns.svc", true},
      {"*.ns.svc", "ns.svc", false},
      {"*.ns.svc", ".ns.svc", false},
      {"*.ns.svc", "pod.vllm.ns.svc", false},
      {"*.ns.svc", "vllm.evil-ns.svc", false},
      {"*.ns.svc", "vllm.ns.svc.evil.com", false},
      {"*.example.com", "evil-example.com", false},
      {"*.example.com", "example.com", false},
      {"*.ns.*", "vllm.ns.svc", true},
      {"**.ns.svc", "vllm.ns.svc", true},
      {"**.ns.svc", "pod.vllm.ns.svc", true},
      {"**.ns.svc", "ns.svc", false},
      {"**.ns.svc", "evil-ns.svc", false},
      {"*", "vllm", true},
      {"*", "vllm.ns", false},
      {"10.0.0.5", "10.0.0.5", true},
      {"10.0.0.5", "10.0.0.6", false},
      {"*.0.0.5", "10.0.0.5", false},
      {"*", "::1", false},
      {"fd00::5", "fd00::5", true},
  };
  for (const auto& row : rows) {
    const auto glob = HostGlob::Parse(row.glob);
    ASSERT_TRUE(glob.ok()) << glob.status();
    EXPECT_EQ(glob->Matches(row.host), row.matches) << row.glob << " " << row.host;
  }
}

TEST(HostGlob, SaysWhatIsWrong) {
  const struct {
    const char* text;
    const char* why;
  } rows[] = {
      {"", "a label is empty"},
      {"a..b", "a label is empty"},
      {"a.", "a label is empty"},
      {"vllm-*.svc", "stands for a whole label"},
      {"a.**", "the first label or none"},
      {"**", "it matches every host; name the domain"},
      {"a b", "a label has letters"},
      {"http://a", "a label has letters"},
  };
  for (const auto& row : rows) {
    const auto glob = HostGlob::Parse(row.text);
    EXPECT_EQ(glob.status().code(), absl::StatusCode::kInvalidArgument) << row.text;
    EXPECT_THAT(std::string(base::Message(glob.status())), HasSubstr(row.why)) << row.text;
  }
}

TEST(TokenRule, IsHostsAndAFile) {
  const auto rule = TokenRule::Parse("*.ns.svc=/run/tokens/a=b");
  ASSERT_TRUE(rule.ok());
  EXPECT_EQ(rule->hosts.text(), "*.ns.svc");
  EXPECT_EQ(rule->file, "/run/tokens/a=b");
  for (const char* text : {"", "*.ns.svc", "*.ns.svc=", "=/file"}) {
    EXPECT_EQ(TokenRule::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

class BearerTokensTest : public testing::Test {
 protected:
  BearerTokensTest() : folder_({"first-token\n", ""}, ""), tokens_({Rule("*.ns.svc", "tls.crt")}) {}

  TokenRule Rule(const std::string& hosts, const std::string& file) const {
    return {*HostGlob::Parse(hosts), folder_.File(file)};
  }
  // Each time a second later, so that the file is looked at.
  absl::StatusOr<std::optional<std::string>> Ask(const std::string& host = "vllm.ns.svc") {
    return tokens_.For(host, now_ += std::chrono::seconds(1));
  }

  fakes::SecretFolder folder_;
  base::SteadyTime now_ = base::Now();
  BearerTokens tokens_;
};

TEST_F(BearerTokensTest, GoesToHostsThatMatchAndToNoOther) {
  EXPECT_EQ(**Ask(), "first-token");
  EXPECT_EQ(*Ask("vllm.other.svc"), std::nullopt);
  EXPECT_EQ(*Ask("ns.svc"), std::nullopt);
}

TEST_F(BearerTokensTest, TheFirstRuleThatMatchesDecides) {
  folder_.Overwrite("tls.key", "key-token");
  BearerTokens tokens({Rule("a.ns.svc", "tls.key"), Rule("*.ns.svc", "tls.crt")});
  EXPECT_EQ(**tokens.For("a.ns.svc", now_), "key-token");
  EXPECT_EQ(**tokens.For("b.ns.svc", now_), "first-token");
}

TEST_F(BearerTokensTest, IsReadAgainWhenTheSecretIsReplaced) {
  EXPECT_EQ(**Ask(), "first-token");
  folder_.Replace({"other-token\n", ""}, "");
  EXPECT_EQ(**tokens_.For("vllm.ns.svc", now_), "first-token") << "looked at a moment ago";
  EXPECT_EQ(**Ask(), "other-token");
  folder_.Overwrite("tls.crt", "third-one");
  EXPECT_EQ(**Ask(), "third-one");
}

TEST_F(BearerTokensTest, ErrorsNameTheFileAndNeverTheToken) {
  const auto message = [&] {
    const auto token = Ask();
    EXPECT_EQ(token.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(base::Message(token.status())), Not(HasSubstr("hunter2")));
    return std::string(base::Message(token.status()));
  };
  const std::string file = folder_.File("tls.crt");
  folder_.Overwrite("tls.crt", " \n");
  EXPECT_EQ(message(), "the token for *.ns.svc: " + file + " is empty");
  folder_.Overwrite("tls.crt", "hunter2\r\nX-Evil: 1");
  EXPECT_EQ(message(),
            "the token for *.ns.svc: " + file + " holds more than one token's characters");
  std::filesystem::remove(file);
  EXPECT_EQ(message(),
            "the token for *.ns.svc: cannot read " + file + ": No such file or directory");
  ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
  EXPECT_EQ(message(),
            "the token for *.ns.svc: cannot read " + file + ": it is not a regular file");
  std::filesystem::remove(file);
  folder_.Overwrite("tls.crt", std::string((1 << 20) + 1, 'a'));
  EXPECT_EQ(message(), "the token for *.ns.svc: cannot read " + file + ": it is larger than 1 MiB");
  folder_.Overwrite("tls.crt", "mended");
  EXPECT_EQ(**Ask(), "mended");
}

}  // namespace
}  // namespace gpuscaler::engines
