// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

namespace phidelity {

enum class TextEncoding {
    Utf8,
    Utf8WithMark, ///< a byte order mark at the beginning
    Utf16Little,
    Utf16Big,
    Latin1, ///< what is no UTF-8: every byte is a character, so that all come back
};
enum class LineEnd { Unix, Windows, OldMac };

/// A text and how it lies in its file. Lines of `text` end with '\n'.
struct TextFile {
    QString text;
    TextEncoding encoding = TextEncoding::Utf8;
    LineEnd lineEnd = LineEnd::Unix; ///< of most lines
    QByteArray hash;                 ///< of the bytes on the disk when it was read or written
};

/// Bytes as they stand in a file; linear.
[[nodiscard]] TextFile decodeText(const QByteArray& bytes);
/// The same bytes back, where all lines ended alike. Characters that Latin-1 does not have turn it
/// into UTF-8, which is then the file's encoding.
[[nodiscard]] QByteArray encodeText(TextFile& file);

/// False where it cannot be read, or holds more than 64 MB or zero bytes; `problem` says why.
[[nodiscard]] bool readTextFile(const QString& path, TextFile* file, QString* problem);
/// All or nothing: the file is replaced once the new one is on the disk, with its permissions; a
/// link stays a link.
[[nodiscard]] bool writeTextFile(const QString& path, TextFile* file, QString* problem);
/// Of the bytes on the disk; empty where there is no such file.
[[nodiscard]] QByteArray hashOnDisk(const QString& path);

/// "UTF-8", "UTF-16 (little-endian)"
[[nodiscard]] QString encodingName(TextEncoding encoding);
/// "LF", "CRLF"
[[nodiscard]] QString lineEndName(LineEnd end);

} // namespace phidelity
