#include "engines/endpoint/shown_url.h"

#include <gtest/gtest.h>

namespace gpuscaler::engines {
namespace {

TEST(ShownUrl, IsTheUrlWhereItHoldsNoSecret) {
  for (const char* url : {"http://vllm:8000/metrics", "https://[fd00::1]:8000/a@b", "vllm", ""}) {
    EXPECT_EQ(ShownUrl(url), url);
  }
}

TEST(ShownUrl, NamesWhatAQueryAsksForAndNoValue) {
  EXPECT_EQ(ShownUrl("http://vllm:80/m?token=s3cret"), "http://vllm:80/m?token=...");
  EXPECT_EQ(ShownUrl("http://vllm:80/m?a=1&b=2;c=3&s3cret&"),
            "http://vllm:80/m?a=...&b=...;c=...&...&");
  EXPECT_EQ(ShownUrl("http://vllm:80/m?mail=a@s3cret"), "http://vllm:80/m?mail=...");
  EXPECT_EQ(ShownUrl("http://vllm:80/m?"), "http://vllm:80/m?");
  EXPECT_EQ(ShownUrl("/m?token=s3cret"), "/m?token=...");
  EXPECT_EQ(ShownUrl("http://vllm/m#s3cret"), "http://vllm/m#...");
}

TEST(ShownUrl, LeavesUserInfoOut) {
  EXPECT_EQ(ShownUrl("http://user:s3cret@vllm/m"), "http://vllm/m");
  EXPECT_EQ(ShownUrl("http://user:s3@cret@vllm/m?a=b"), "http://vllm/m?a=...");
  EXPECT_EQ(ShownUrl("user:s3cret@vllm"), "vllm");
}

TEST(ShownUrl, OfUserInfoWithoutAClearEndIsTheSchemeAlone) {
  EXPECT_EQ(ShownUrl("http://user:s3/cret@vllm/m"), "http://...");
  EXPECT_EQ(ShownUrl("http://user:s3?cret@vllm/m"), "http://...");
  EXPECT_EQ(ShownUrl("http://user:s3@cret/x@vllm/m"), "http://...");
}

}  // namespace
}  // namespace gpuscaler::engines
