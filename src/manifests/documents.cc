#include "manifests/documents.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace gpuscaler::manifests {
namespace {

// The lines of a text, one after the other, without their ends.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  bool Next() {
    if (next_ >= text_.size() && started_) return false;
    started_ = true;
    start_ = next_;
    const size_t end = std::min(text_.find('\n', start_), text_.size());
    line_ = text_.substr(start_, end - start_);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    next_ = end + 1;
    ++number_;
    return true;
  }
  std::string_view line() const { return line_; }
  size_t start() const { return start_; }
  int number() const { return number_; }

 private:
  std::string_view text_;
  std::string_view line_;
  size_t start_ = 0;
  size_t next_ = 0;
  int number_ = 0;
  bool started_ = false;
};

// "---" begins a document and "..." ends one, within block scalars too.
bool IsMarker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == 3 || line[3] == ' ' || line[3] == '\t');
}

// Whether the line holds nothing: blank, a comment, a marker or a directive alone.
bool IsEmpty(std::string_view line) {
  if (IsMarker(line, "---") || IsMarker(line, "...")) line.remove_prefix(3);
  const size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos || line[first] == '#' || line.front() == '%';
}

std::string BadByte(std::string_view text, int* line) {
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    const size_t length = base::Utf8Length(text);
    if (length == 0) {
      return absl::StrFormat("byte 0x%02x is not UTF-8, which a manifest is written in", c);
    }
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
      return absl::StrFormat("control character 0x%02x; YAML allows none", c);
    }
    if (c == '\n') ++*line;
    text.remove_prefix(length);
  }
  return "";
}

bool CanBeYaml(const DocumentText& document, Problems& problems) {
  if (document.text.size() > kLargestDocument) {
    problems.Add(ProblemKind::kUnreadable, document.first_line,
                 base::StrCat("a document of ", document.text.size(), " bytes; at most ",
                              kLargestDocument, " are read"));
    return false;
  }
  int line = document.first_line;
  const std::string bad = BadByte(document.text, &line);
  if (!bad.empty()) problems.Add(ProblemKind::kUnreadable, line, bad);
  return bad.empty();
}

}  // namespace

std::vector<DocumentText> SplitDocuments(std::string_view file, Problems& problems) {
  std::vector<DocumentText> documents;
  DocumentText open;
  size_t begin = 0;
  bool empty = true;
  const auto close = [&](size_t end, int last_line) {
    open.text = file.substr(begin, end - begin);
    open.last_line = last_line;
    if (!empty && CanBeYaml(open, problems)) documents.push_back(open);
  };
  Lines lines(file);
  while (lines.Next()) {
    const bool starts = IsMarker(lines.line(), "---");
    if (starts || IsMarker(lines.line(), "...")) {
      close(lines.start(), lines.number() - 1);
      begin = lines.start() + (starts ? 0 : std::min<size_t>(3, file.size() - lines.start()));
      open.first_line = lines.number();
      empty = true;
    }
    empty = empty && IsEmpty(lines.line());
  }
  close(file.size(), lines.number());
  return documents;
}

int FirstTemplateLine(const DocumentText& document) {
  Lines lines(document.text);
  while (lines.Next()) {
    const std::string_view line = lines.line();
    const size_t braces = line.find("{{");
    if (braces != std::string_view::npos && line.find('#') > braces) {
      return document.first_line + lines.number() - 1;
    }
  }
  return 0;
}

}  // namespace gpuscaler::manifests
