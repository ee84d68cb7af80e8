// A message as JSON, by protobuf's own mapping with the fields' own names, in one pass: the
// library's writer encodes the message again and goes through a type resolver.
//
// Fields without presence are always there, those with presence only where they are set.
// Maps are in the order of their keys. A number that is not finite is left out, in a list
// null: JSON has none. Bytes that are not UTF-8 become U+FFFD. 64-bit integers, bytes and
// the well-known types but Timestamp and ListValue are not supported: none of ours has any.
#pragma once

#include <string>

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace gpuscaler::web {

// On one line, without its end.
std::string JsonText(const google::protobuf::Message& message);

}  // namespace gpuscaler::web
