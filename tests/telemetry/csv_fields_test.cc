#include "telemetry/csv_fields.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gpuscaler::telemetry {
namespace {

using Fields = std::vector<std::string>;

TEST(CsvField, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(CsvField("plain text"), "plain text");
  EXPECT_EQ(CsvField(""), "");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(CsvField("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(CsvField("cr\r"), "\"cr\r\"");
}

TEST(ParseCsvRecords, ReadsFieldsAndCountsLines) {
  const auto records = ParseCsvRecords("a,b\r\n\r\n,\n\"x,\"\"y\"\"\nz\",\nlast");
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 4u);
  EXPECT_EQ((*records)[0].fields, (Fields{"a", "b"}));
  EXPECT_EQ((*records)[0].line, 1u);
  EXPECT_EQ((*records)[1].fields, (Fields{"", ""}));
  EXPECT_EQ((*records)[1].line, 3u);
  EXPECT_EQ((*records)[2].fields, (Fields{"x,\"y\"\nz", ""}));
  EXPECT_EQ((*records)[2].line, 4u);
  EXPECT_EQ((*records)[3].fields, (Fields{"last"}));
  EXPECT_EQ((*records)[3].line, 6u);
}

TEST(ParseCsvRecords, AQuotedFieldMayEndTheLineEitherWay) {
  const auto records = ParseCsvRecords("\"a\"\r\n\"b\"\n\"c\"");
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 3u);
  EXPECT_EQ((*records)[0].fields, Fields{"a"});
  EXPECT_EQ((*records)[1].fields, Fields{"b"});
  EXPECT_EQ((*records)[2].fields, Fields{"c"});
}

TEST(ParseCsvRecords, ATrailingCommaIsAnEmptyField) {
  const auto records = ParseCsvRecords("a,");
  ASSERT_TRUE(records.ok());
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ((*records)[0].fields, (Fields{"a", ""}));
}

TEST(ParseCsvRecords, NothingIsNoRecords) {
  ASSERT_TRUE(ParseCsvRecords("").ok());
  EXPECT_TRUE(ParseCsvRecords("").value().empty());
  EXPECT_TRUE(ParseCsvRecords("\n\r\n\n").value().empty());
}

TEST(ParseCsvRecords, WhatReadsBackIsWhatWasQuoted) {
  for (const std::string text : {"\"", "\"\"", ",", "\r\n", "a\"b,c\nd", " spaced "}) {
    const auto records = ParseCsvRecords("x," + CsvField(text) + ",y\n");
    ASSERT_TRUE(records.ok()) << text;
    ASSERT_EQ(records->size(), 1u);
    EXPECT_EQ((*records)[0].fields, (Fields{"x", text, "y"}));
  }
}

TEST(ParseCsvRecords, NamesTheLineOfABadQuote) {
  EXPECT_EQ(ParseCsvRecords("a\nb,\"open\n\n").status().message(),
            "2: a quoted field does not end; close it with \"");
  EXPECT_EQ(ParseCsvRecords("a\n\n\"q\"x,b\n").status().message(),
            "3: text after a quoted field; a comma or the end of the line must follow it");
}

}  // namespace
}  // namespace gpuscaler::telemetry
