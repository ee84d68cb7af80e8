#include "scaling/key_name.h"

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "base/misspelling.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gpuscaler::scaling {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::array<std::string_view, 3> kWords = {"targetValue", "window", "gpuIndex"};

TEST(LikelyMeant, ForgivesAnEditInThreeLettersAndLetterCase) {
  EXPECT_EQ(base::LikelyMeant("targetvalue", kWords), "targetValue");
  EXPECT_EQ(base::LikelyMeant("TARGET_VALUE", kWords), "targetValue");
  EXPECT_EQ(base::LikelyMeant("tragetVaule", kWords), "targetValue");  // two swaps
  EXPECT_EQ(base::LikelyMeant("trgtVlue", kWords), "");                // 8 letters: 2 edits, not 3
  EXPECT_EQ(base::LikelyMeant("winow", kWords), "window");
  EXPECT_EQ(base::LikelyMeant("widnow", kWords), "window");
  EXPECT_EQ(base::LikelyMeant("windows", kWords), "window");
  EXPECT_EQ(base::LikelyMeant("gpuindx", kWords), "gpuIndex");
}

TEST(LikelyMeant, DoesNotGuessAtWhatIsFarAway) {
  EXPECT_EQ(base::LikelyMeant("target", kWords), "");
  EXPECT_EQ(base::LikelyMeant("wi", kWords), "");
  EXPECT_EQ(base::LikelyMeant("", kWords), "");
  EXPECT_EQ(base::LikelyMeant(std::string(65, 'w'), kWords), "");
  EXPECT_EQ(base::LikelyMeant(std::string(4096, 'w'), kWords), "");
}

TEST(KeyTable, NamesEachKeyOnceAndSaysEverythingAboutIt) {
  std::set<std::string_view> keys;
  for (const KeyDoc& doc : KeyDocs()) {
    EXPECT_TRUE(keys.insert(doc.key).second) << doc.key;
    EXPECT_FALSE(doc.meaning.empty()) << doc.key;
    EXPECT_FALSE(doc.allowed.empty()) << doc.key;
    EXPECT_FALSE(doc.default_value.empty()) << doc.key;
    EXPECT_EQ(FindKey(doc.key)->doc.key, doc.key);
    EXPECT_FALSE(IsKedaKey(doc.key));
  }
  EXPECT_EQ(keys.size(), 26U);
  EXPECT_TRUE(keys.count("targetValue"));
  EXPECT_TRUE(keys.count("workload"));
}

TEST(FindKey, TakesAKeyFromTheEnvironmentForTheKey) {
  EXPECT_EQ(FindKey("targetValueFromEnv")->doc.key, "targetValue");
  EXPECT_TRUE(IsKedaKey("scalerAddressFromEnv"));
  EXPECT_EQ(FindKey("FromEnv"), nullptr);
  EXPECT_EQ(FindKey("TargetValue"), nullptr);
  EXPECT_EQ(FindKey(""), nullptr);
}

TEST(LikelyKey, IsOursOrKedasAndNoneWhereNothingIsLikeIt) {
  EXPECT_EQ(LikelyKey("targetVlaueFromEnv"), "targetValue");
  EXPECT_EQ(LikelyKey("scalerAdress"), "scalerAddress");
  EXPECT_EQ(LikelyKey("query"), "");
}

TEST(UnknownKey, IsToldWhatItWasProbablyMeantToBe) {
  EXPECT_EQ(UnknownKeyMessage("targetVlaue"),
            "unknown key \"targetVlaue\"; its value is not shown; did you mean targetValue?");
  EXPECT_THAT(UnknownKeyMessage("targetvalue"), EndsWith("did you mean targetValue?"));
  EXPECT_THAT(UnknownKeyMessage("targetVlaueFromEnv"),
              EndsWith("did you mean targetValueFromEnv?"));
  EXPECT_THAT(UnknownKeyMessage("tlsClientKeyy"), EndsWith("did you mean tlsClientKey?"));
}

TEST(UnknownKey, GetsTheListOfKeysWhenItIsLikeNone) {
  const std::string message = UnknownKeyMessage("query");
  EXPECT_THAT(message, HasSubstr("unknown key \"query\"; its value is not shown; the keys are "
                                 "profile, "));
  EXPECT_THAT(message, HasSubstr(", targetGpuUtilization, "));
  EXPECT_THAT(message, Not(HasSubstr("tlsClientKey")));
}

}  // namespace
}  // namespace gpuscaler::scaling
