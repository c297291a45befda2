// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include <QDir>
#include <QFileInfo>
#include <QSet>
#include <nlohmann/json.hpp>

#include "chat/transcript/transcript_json.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "transcript_source.h"
#include "verbs.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

struct ImportOptions {
    std::string source;
    std::string output;
    std::string data;
    bool json = false;
};

/// A file for each conversation in a folder, or the one file. Returns their paths.
QStringList write(const Import& import, const QString& output) {
    const TranscriptOptions whole{TranscriptExtent::Tree, 0, kAllTranscriptParts};
    QStringList paths;
    if (import.transcripts.size() == 1 && !QFileInfo(output).isDir()) {
        writeWhole(output, toTranscriptJson(import.transcripts.first(), whole));
        return {output};
    }
    if (!QDir().mkpath(output)) {
        throw TranscriptFailure(QStringLiteral("The folder %1 could not be made.").arg(output));
    }
    const QDir folder(output);
    QSet<QString> taken;
    for (const Transcript& transcript : import.transcripts) {
        const QString name = fileNameFor(transcript.conversation);
        QString path = folder.filePath(name + QStringLiteral(".json"));
        // Neither two of this import nor a file that is there already share a name.
        for (int number = 2; taken.contains(path.toLower()) || QFileInfo::exists(path); ++number) {
            path = folder.filePath(QStringLiteral("%1 %2.json").arg(name).arg(number));
        }
        taken.insert(path.toLower());
        writeWhole(path, toTranscriptJson(transcript, whole));
        paths.append(path);
    }
    return paths;
}

Result<void> importTranscript(const ImportOptions& options) {
    if (!options.output.empty() && !options.data.empty()) {
        return fail(ErrorCode::BadArgument, "--output and --data: give one of them");
    }
    const Import import = readTranscripts(options.source);
    QStringList added;
    if (!options.data.empty()) {
        added = addToStore(*openStore(options.data, StoreOptions::Use::Write), import.transcripts);
    }
    const QStringList paths = options.output.empty()
                                  ? QStringList()
                                  : write(import, QString::fromStdString(options.output));
    Output output;
    if (options.json) {
        Json leftOut = Json::array();
        for (const ImportReport::LeftOut& one : import.report.leftOut) {
            leftOut.push_back({{"what", one.what.toStdString()}, {"count", one.count}});
        }
        Json written = Json::array();
        for (const QString& path : paths) {
            written.push_back(path.toStdString());
        }
        Json ids = Json::array();
        for (const QString& id : added) {
            ids.push_back(id.toStdString());
        }
        return output.write(jsonText(Json{{"source", import.report.source.toStdString()},
                                          {"conversations", import.report.conversations},
                                          {"messages", import.report.messages},
                                          {"left_out", std::move(leftOut)},
                                          {"written", std::move(written)},
                                          {"added", std::move(ids)}}));
    }
    std::string text = describe(import.report).toStdString() + '\n';
    if (paths.size() == 1) {
        text += "Wrote " + paths.first().toStdString() + '\n';
    } else if (!paths.isEmpty()) {
        text += "Wrote " + std::to_string(paths.size()) + " files to " + options.output + '\n';
    }
    if (!added.isEmpty()) {
        text += "Added to the conversations in " + options.data + '\n';
    }
    return output.writeModelText(text);
}

} // namespace

void addImport(CommandLine& line) {
    auto options = std::make_shared<ImportOptions>();
    Command command = line.add(
        "import", "Read conversations of this and other programs.\nTakes transcripts of ours "
                  "(JSON, Markdown), ChatGPT's conversations.json, ShareGPT files and Markdown "
                  "with a heading or bold name before each message; tells what was left out, and "
                  "writes what was read as our JSON.");
    command.text("SOURCE", options->source, "FILE", "What to read; - is standard input.",
                 Need::Required);
    command.text("-o,--output", options->output, "PATH",
                 "A file for one conversation, a folder for several. Without it, nothing is "
                 "written.");
    command.text("--data", options->data, "FOLDER",
                 "Adds all to the window's conversations there, while it is closed.");
    addJsonOption(command, options->json);
    command.footer("Example: phidelity-cli import conversations.json --output talks");
    command.run([options] { return importTranscript(*options); });
}

} // namespace phidelity
