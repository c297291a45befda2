// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <memory>
#include <string>

#include <QFileInfo>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "chat/transcript/readable_text.h"
#include "chat/transcript/transcript_file.h"
#include "chat/transcript/transcript_json.h"
#include "chat/transcript/writers.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "transcript_source.h"
#include "verbs.h"

#if PHIDELITY_HAVE_RICH_TRANSCRIPTS
#include <QGuiApplication>

#include "app/transcript/rich_writers.h"
#endif

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

struct ExportOptions {
    std::string source;
    std::string data;
    std::string format;
    std::string output = "-";
    std::string with;
    std::string paper;
    std::uint32_t branch = 0;
    bool tree = false;
    bool json = false;
};

Result<TranscriptFormat> formatOf(const ExportOptions& options) {
    bool known = false;
    const QString suffix = QFileInfo(QString::fromStdString(options.output)).suffix();
    const QString key = options.format.empty() ? suffix : QString::fromStdString(options.format);
    const TranscriptFormat format = formatOfSuffix(key, &known);
    if (!known) {
        return fail(ErrorCode::BadArgument,
                    "--format: expected md, html, pdf, odt, txt, json or ipynb" +
                        (key.isEmpty() ? std::string() : ", found '" + key.toStdString() + "'"));
    }
    return format;
}

Result<TranscriptParts> partsOf(const ExportOptions& options, TranscriptFormat format) {
    if (options.with.empty()) { // JSON is for keeping
        return format == TranscriptFormat::Json ? kAllTranscriptParts : TranscriptParts();
    }
    TranscriptParts parts;
    const QStringList words = QString::fromStdString(options.with).split(u',');
    for (const QString& word : words) {
        if (word == QLatin1String("settings")) {
            parts |= TranscriptPart::Settings;
        } else if (word == QLatin1String("timings")) {
            parts |= TranscriptPart::Timings;
        } else if (word == QLatin1String("probabilities")) {
            parts |= TranscriptPart::Probabilities;
        } else if (word == QLatin1String("all")) {
            parts = kAllTranscriptParts;
        } else if (word != QLatin1String("none")) {
            return fail(ErrorCode::BadArgument,
                        "--with: expected settings, timings, probabilities, all or none, found '" +
                            word.toStdString() + "'");
        }
    }
    return parts;
}

Result<Paper> paperOf(const ExportOptions& options) {
    if (options.paper.empty()) {
        return localPaper();
    }
    bool known = false;
    const Paper paper = paperOfKey(QString::fromStdString(options.paper), &known);
    if (!known) {
        return fail(ErrorCode::BadArgument,
                    "--paper: expected a4, a5, letter or legal, found '" + options.paper + "'");
    }
    return paper;
}

Result<TranscriptOptions> extentOf(const ExportOptions& options, const Conversation& conversation) {
    TranscriptOptions result;
    if (options.tree && options.branch > 0) {
        return fail(ErrorCode::BadArgument, "--branch and --tree: give one of them");
    }
    if (options.tree) {
        result.extent = TranscriptExtent::Tree;
    } else if (options.branch > 0) {
        const QList<NodeId> leaves = leavesOf(conversation);
        if (options.branch > leaves.size()) {
            return fail(ErrorCode::BadArgument, "--branch: expected 1 to " +
                                                    std::to_string(leaves.size()) + ", found " +
                                                    std::to_string(options.branch));
        }
        result.leaf = leaves.at(options.branch - 1);
    }
    return result;
}

Result<QByteArray> bytesOf(const Transcript& transcript, const TranscriptOptions& options,
                           TranscriptFormat format) {
#if PHIDELITY_HAVE_RICH_TRANSCRIPTS
    std::unique_ptr<QGuiApplication> application; // fonts come with it
    if (format == TranscriptFormat::Pdf) {
        ::setenv("QT_QPA_PLATFORM", "offscreen", 1);
        // Words about fonts and folders of a desktop help nobody here.
        qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
        static int count = 1;
        static char name[] = "phidelity-cli";
        static char* arguments[] = {name, nullptr};
        application = std::make_unique<QGuiApplication>(count, arguments);
    }
    QByteArray bytes = transcriptBytes(transcript, options, format);
    if (bytes.isEmpty()) {
        throw TranscriptFailure(QStringLiteral("The pages could not be painted."));
    }
    return bytes;
#else
    switch (format) {
    case TranscriptFormat::Markdown:
        return toMarkdown(transcript, options);
    case TranscriptFormat::Text:
        return toPlainText(transcript, options);
    case TranscriptFormat::Json:
        return toTranscriptJson(transcript, options);
    case TranscriptFormat::Notebook:
        return toNotebook(transcript, options);
    default:
        return fail(ErrorCode::BadArgument,
                    "--format: this phidelity-cli was built without the window and writes md, txt, "
                    "json and ipynb only");
    }
#endif
}

/// A line for each conversation of a store: id, messages and title.
Result<void> listStore(const ExportOptions& options) {
    const auto store = openStore(options.data, StoreOptions::Use::Read);
    const Listed listed = valueOf(store->list());
    Json json = Json::array();
    std::string text;
    for (const ConversationInfo& info : listed.conversations) {
        const std::string title = onOneLine(info.title).toStdString();
        text += info.id.toStdString() + "  " + timeText(info.changedMs).toStdString() + "  " +
                title + '\n';
        json.push_back({{"id", info.id.toStdString()},
                        {"title", info.title.toStdString()},
                        {"folder", info.folder.toStdString()},
                        {"changed_ms", info.changedMs},
                        {"trashed", info.trashedMs != 0}});
    }
    Output output;
    return options.json ? output.write(jsonText(json)) : output.writeModelText(text);
}

Transcript transcriptOf(const ExportOptions& options) {
    if (!options.data.empty()) {
        const auto store = openStore(options.data, StoreOptions::Use::Read);
        return storedTranscript(*store, QString::fromStdString(options.source));
    }
    const Import import = readTranscripts(options.source);
    if (import.transcripts.size() != 1) {
        throw TranscriptFailure(
            QStringLiteral("The file holds %1 conversations; import it to get one file each.")
                .arg(import.transcripts.size()));
    }
    return import.transcripts.first();
}

Result<void> exportTranscript(const ExportOptions& options) {
    if (options.source.empty() && options.data.empty()) {
        return fail(ErrorCode::BadArgument, "SOURCE: name a file, or a folder with --data");
    }
    if (options.source.empty()) {
        return listStore(options);
    }
    PHIDELITY_TRY(const TranscriptFormat format, formatOf(options));
    PHIDELITY_TRY(const TranscriptParts parts, partsOf(options, format));
    PHIDELITY_TRY(const Paper paper, paperOf(options));
    if (options.output == "-" && !isText(format) && ::isatty(STDOUT_FILENO) == 1) {
        return fail(ErrorCode::BadArgument,
                    "--output: this format is no text for a terminal; name a file");
    }
    const Transcript transcript = transcriptOf(options);
    PHIDELITY_TRY(TranscriptOptions wanted, extentOf(options, transcript.conversation));
    wanted.parts = parts;
    wanted.paper = paper;
    PHIDELITY_TRY(const QByteArray bytes, bytesOf(transcript, wanted, format));
    Output output;
    if (options.output == "-") {
        const std::string_view view(bytes.constData(), static_cast<std::size_t>(bytes.size()));
        return isText(format) ? output.writeModelText(view) : output.write(view);
    }
    writeWhole(QString::fromStdString(options.output), bytes);
    qsizetype messages = 0;
    const QList<TranscriptStrand> strands = strandsOf(transcript.conversation, wanted);
    for (const TranscriptStrand& strand : strands) {
        messages += strand.ids.size();
    }
    if (options.json) {
        return output.write(jsonText(Json{{"output", options.output},
                                          {"format", suffixOf(format).toStdString()},
                                          {"bytes", bytes.size()},
                                          {"messages", messages},
                                          {"branches", strands.size()}}));
    }
    return output.writeModelText("Wrote " + options.output + ": " + std::to_string(messages) +
                                 " messages, " + std::to_string(bytes.size()) + " bytes\n");
}

} // namespace

void addExport(CommandLine& line) {
    auto options = std::make_shared<ExportOptions>();
    Command command = line.add(
        "export", "Write a conversation as Markdown, web page, PDF, ...\nReads a conversation (a "
                  "transcript of ours as JSON, or anything that import takes) and writes it in "
                  "another format: the branch that is shown, another one, or the whole tree.");
    command.text("SOURCE", options->source, "",
                 "A file, - for standard input; with --data the id or title of a conversation.");
    command.text("--data", options->data, "FOLDER",
                 "The window's conversations instead of a file; without SOURCE they are listed.");
    command.text("--format", options->format, "FORMAT",
                 "md, html, pdf, odt, txt, json or ipynb; without it, what --output ends in.");
    command.text("-o,--output", options->output, "FILE",
                 "Written whole or not at all; - is standard output.");
    command.number("--branch", options->branch, 0U, 1'000'000'000U,
                   "Which branch, counted from 1; 0 = the one that is shown.");
    command.flag("--tree", options->tree, "All branches, one behind the other.");
    command.text("--with", options->with, "PARTS",
                 "What to add to the messages: settings, timings, probabilities (joined by "
                 "commas), all or none. Without it, all in JSON and none elsewhere.");
    command.text("--paper", options->paper, "PAPER",
                 "Of PDF and ODT: a4, a5, letter or legal; without it, what the locale uses.");
    addJsonOption(command, options->json);
    command.footer("Example: phidelity-cli export talk.json --output talk.pdf");
    command.run([options] { return exportTranscript(*options); });
}

} // namespace phidelity
