// Numbers as people write them in a trigger and read them in a message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gpuscaler::scaling {

// Each reads the whole of `text` into `*number` and answers what is wrong with
// it ("is not a plain number ..."), empty when nothing is. Plain decimal text
// with or without an exponent: no sign but "-", no unit, no hex, no NaN or
// infinity, and within [min, max].
std::string ReadNumber(std::string_view text, double min, double max, double* number);
std::string ReadInteger(std::string_view text, int64_t min, int64_t max, int64_t* number);

// Three decimals at most, no zeros at the end: "80", "0.125", "50000".
std::string NumberText(double number);

// `number` in thousandths, rounded as printf's "%.3f" does; of a finite number
// >= 0. What does not fit is the largest int64_t.
int64_t Thousandths(double number);

}  // namespace gpuscaler::scaling
