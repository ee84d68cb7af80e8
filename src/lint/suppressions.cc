#include "lint/suppressions.h"

#include <algorithm>
#include <optional>

#include "base/json_quote.h"
#include "base/misspelling.h"
#include "base/strings.h"
#include "lint/rules.h"

namespace gpuscaler::lint {
namespace {

constexpr std::string_view kMark = "keda-gpu-scaler:ignore";
constexpr std::string_view kBlank = " \t\r";

std::string_view TrimLeft(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlank), text.size()));
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// What follows the mark in the line's comment; nothing where it holds none.
std::optional<std::string_view> AfterMark(std::string_view line) {
  for (size_t hash = line.find('#'); hash != std::string_view::npos;
       hash = line.find('#', hash + 1)) {
    if (hash > 0 && kBlank.find(line[hash - 1]) == std::string_view::npos) continue;
    const std::string_view comment = TrimLeft(line.substr(hash + 1));
    if (comment.starts_with(kMark)) return comment.substr(kMark.size());
  }
  return std::nullopt;
}

// "a, b because": a and b.
std::vector<std::string_view> Names(std::string_view text) {
  std::vector<std::string_view> names;
  for (bool more = true; more;) {
    text = TrimLeft(text);
    const size_t end = std::min(text.find_first_of(" \t\r,:#"), text.size());
    if (end == 0) break;
    names.push_back(text.substr(0, end));
    text = TrimLeft(text.substr(end));
    more = text.starts_with(',');
    if (more) text.remove_prefix(1);
  }
  return names;
}

bool IsComment(std::string_view line) {
  return TrimLeft(line).starts_with('#');
}

// For each line the first from it on that holds more than a comment or "---".
std::vector<int> ContentFrom(const std::vector<std::string_view>& lines) {
  std::vector<int> content(lines.size());
  int next = static_cast<int>(lines.size()) + 1;
  for (size_t i = lines.size(); i-- > 0;) {
    std::string_view text = lines[i];
    if (text.starts_with("---")) text.remove_prefix(3);
    text = TrimLeft(text);
    if (!text.empty() && !text.starts_with('#')) next = static_cast<int>(i) + 1;
    content[i] = next;
  }
  return content;
}

std::string Unknown(std::string_view name) {
  std::vector<std::string_view> ids;
  for (const RuleRow& row : Rules()) ids.push_back(row.id);
  const std::string_view meant = base::LikelyMeant(name, ids);
  return base::StrCat("there is no rule ", base::QuotedStart(name),
                      meant.empty() ? std::string("; keda-gpu-scaler lint --rules shows them")
                                    : base::StrCat("; did you mean ", meant, "?"));
}

}  // namespace

Suppressions::Suppressions(const manifests::ManifestFile& file, std::vector<Finding>& found) {
  const std::vector<std::string_view> lines = LinesOf(file.text);
  const std::vector<int> content = ContentFrom(lines);
  Findings unknown(UnknownRule(), file.path, found);
  auto document = file.documents.begin();
  for (int line = 1; line <= static_cast<int>(lines.size()); ++line) {
    const std::string_view text = lines[static_cast<size_t>(line - 1)];
    while (document != file.documents.end() && document->last_line < line) ++document;
    const auto after = AfterMark(text);
    if (!after) continue;
    int last_line = line;
    if (document != file.documents.end() &&
        line < content[static_cast<size_t>(document->first_line - 1)]) {
      last_line = document->last_line;  // its head
    } else if (IsComment(text)) {
      last_line = content[static_cast<size_t>(line - 1)];
    }
    const std::vector<std::string_view> names = Names(*after);
    if (names.empty()) {
      unknown.Add(line, kMark, " names no rule; write the one that it is to silence");
    }
    for (const std::string_view name : names) {
      const RuleRow* rule = FindRule(name);
      if (rule != nullptr) {
        spans_.push_back({line, last_line, rule->id});
      } else {
        unknown.Add(line, Unknown(name));
      }
    }
  }
}

bool Suppressions::Silences(const Finding& finding) const {
  return std::any_of(spans_.begin(), spans_.end(), [&](const Span& span) {
    return span.rule == finding.rule->id && finding.line >= span.first_line &&
           finding.line <= span.last_line;
  });
}

}  // namespace gpuscaler::lint
