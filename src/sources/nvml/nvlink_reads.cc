#include "sources/nvml/nvlink_reads.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "sources/nvml/nvml_status.h"

namespace gpuscaler::sources::nvml {
namespace {

using catalog::Metric;
using telemetry::Readings;

constexpr double kBytesPerMb = 1e6;
constexpr uint64_t kBytesPerKib = 1024;
constexpr const char* kTooEarly = "no earlier count to compare with: a rate needs two readings";

// Empty: a negative count, one that is not finite, or of an unknown type.
std::optional<uint64_t> Count(const FieldValue& field) {
  switch (field.type) {
    case ValueType::kDouble:
      // Doubles below 2^63 only: the conversion of others is undefined.
      if (!(field.value.f64 >= 0 && field.value.f64 < 9.2e18)) return std::nullopt;
      return static_cast<uint64_t>(field.value.f64);
    case ValueType::kUint32:
      return field.value.u32;
    case ValueType::kUnsignedLong:
    case ValueType::kUint64:
      return field.value.u64;
    case ValueType::kInt64:
      if (field.value.i64 < 0) return std::nullopt;
      return static_cast<uint64_t>(field.value.i64);
    case ValueType::kInt32:
      if (field.value.i32 < 0) return std::nullopt;
      return static_cast<uint64_t>(field.value.i32);
    case ValueType::kUint16:
      return field.value.u16;
  }
  return std::nullopt;
}

// A driver or GPU that does not know a field refuses it as an argument.
Return ResultOf(const FieldValue& field) {
  return field.result == Return::kInvalidArgument ? Return::kNotSupported : field.result;
}

struct Measured {
  Outcome outcome;
  base::SteadyTime at;  // the middle of the call
};

Measured Ask(const NvmlLibrary& library, DeviceHandle handle, std::span<FieldValue> fields) {
  const base::SteadyTime before = base::Now();
  const Outcome outcome =
      library.field_values(handle, static_cast<int>(fields.size()), fields.data());
  return {outcome, before + (base::Now() - before) / 2};
}

FieldValue Field(uint32_t field, uint32_t scope) {
  FieldValue value = {};
  value.field = field;
  value.scope = scope;
  value.result = Return::kUnknown;  // for a driver that leaves it alone
  return value;
}

// Both rates are updated before either is judged, so that they stay in step.
Outcome SetRates(const Measured& measured, uint64_t tx_bytes, uint64_t rx_bytes, uint64_t links,
                 NvmlDevice& device, Readings& readings) {
  const auto tx = device.nvlink_tx.Update(tx_bytes, links, measured.at);
  const auto rx = device.nvlink_rx.Update(rx_bytes, links, measured.at);
  if (!tx || !rx) return {Return::kSuccess, measured.outcome.function, kTooEarly};
  readings.Set(Metric::kNvlinkTxMbps, *tx / kBytesPerMb, measured.at);
  readings.Set(Metric::kNvlinkRxMbps, *rx / kBytesPerMb, measured.at);
  return measured.outcome;
}

Outcome Refuse(const Measured& measured, Return code) {
  return {code, measured.outcome.function, nullptr};
}

Outcome NotACount(const Measured& measured) {
  return {Return::kSuccess, measured.outcome.function, "an NVLink counter that is no count"};
}

// The number of links, asked once: it does not change.
Outcome FindLinks(const NvmlLibrary& library, NvmlDevice& device) {
  std::array<FieldValue, 1> field = {Field(kFieldNvlinkCount, 0)};
  const Measured measured = Ask(library, device.handle, field);
  if (measured.outcome.code != Return::kSuccess) return measured.outcome;
  if (ResultOf(field[0]) != Return::kSuccess) return Refuse(measured, ResultOf(field[0]));
  const auto count = Count(field[0]);
  if (!count || *count > kMaxNvlinks) return NotACount(measured);
  if (*count == 0) return Refuse(measured, Return::kNotSupported);
  device.links = static_cast<uint32_t>(*count);
  return measured.outcome;
}

}  // namespace

Outcome ReadNvlinkTotals(const NvmlLibrary& library, NvmlDevice& device, Readings& readings) {
  std::array<FieldValue, 2> fields = {Field(kFieldNvlinkDataTx, kScopeAllLinks),
                                      Field(kFieldNvlinkDataRx, kScopeAllLinks)};
  const Measured measured = Ask(library, device.handle, fields);
  if (measured.outcome.code != Return::kSuccess) return measured.outcome;
  for (const FieldValue& field : fields) {
    if (ResultOf(field) != Return::kSuccess) return Refuse(measured, ResultOf(field));
  }
  const auto tx = Count(fields[0]);
  const auto rx = Count(fields[1]);
  if (!tx || !rx) return NotACount(measured);
  return SetRates(measured, *tx * kBytesPerKib, *rx * kBytesPerKib, 0, device, readings);
}

Outcome ReadNvlinkByLink(const NvmlLibrary& library, NvmlDevice& device, Readings& readings) {
  if (!device.links) {
    const Outcome found = FindLinks(library, device);
    if (!device.links) return found;
  }
  std::array<FieldValue, size_t{2} * kMaxNvlinks> all;
  const std::span<FieldValue> fields(all.data(), size_t{2} * *device.links);
  for (uint32_t link = 0; link < *device.links; ++link) {
    fields[size_t{2} * link] = Field(kFieldNvlinkXmitBytes, link);
    fields[size_t{2} * link + 1] = Field(kFieldNvlinkRcvBytes, link);
  }
  const Measured measured = Ask(library, device.handle, fields);
  if (measured.outcome.code != Return::kSuccess) return measured.outcome;

  std::array<uint64_t, 2> sums = {};  // tx, rx
  uint64_t counted = 0;               // bit per link
  for (size_t i = 0; i < fields.size(); ++i) {
    const Return result = ResultOf(fields[i]);
    if (ConsequenceOf(result) == Consequence::kAbsent) continue;  // a link that is down
    if (result != Return::kSuccess) return Refuse(measured, result);
    const auto count = Count(fields[i]);
    if (!count) return NotACount(measured);
    sums[i % 2] += *count;
    counted |= uint64_t{1} << i / 2;
  }
  if (counted == 0) return Refuse(measured, Return::kNotSupported);
  return SetRates(measured, sums[0], sums[1], counted, device, readings);
}

}  // namespace gpuscaler::sources::nvml
