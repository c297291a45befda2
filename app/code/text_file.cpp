// SPDX-License-Identifier: MIT
#include "code/text_file.h"

#include <algorithm>

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStringConverter>

namespace phidelity {

namespace {

constexpr qint64 kMostBytes = 64LL * 1024 * 1024;

QByteArray hashOf(const QByteArray& bytes) {
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha1);
}

QString say(const char* text) {
    return QCoreApplication::translate("TextFile", text);
}

QString decodeUtf16(const QByteArray& bytes, QStringConverter::Encoding encoding) {
    QStringDecoder decoder(encoding, QStringConverter::Flag::Stateless);
    return decoder.decode(QByteArrayView(bytes).sliced(2));
}

} // namespace

TextFile decodeText(const QByteArray& bytes) {
    TextFile file;
    file.hash = hashOf(bytes);
    if (bytes.startsWith("\xFF\xFE") && bytes.size() % 2 == 0) {
        file.encoding = TextEncoding::Utf16Little;
        file.text = decodeUtf16(bytes, QStringConverter::Utf16LE);
    } else if (bytes.startsWith("\xFE\xFF") && bytes.size() % 2 == 0) {
        file.encoding = TextEncoding::Utf16Big;
        file.text = decodeUtf16(bytes, QStringConverter::Utf16BE);
    } else {
        const bool mark = bytes.startsWith("\xEF\xBB\xBF");
        QStringDecoder decoder(QStringConverter::Utf8,
                               QStringConverter::Flag::Stateless |
                                   QStringConverter::Flag::ConvertInitialBom);
        file.text = decoder.decode(QByteArrayView(bytes).sliced(mark ? 3 : 0));
        file.encoding = mark ? TextEncoding::Utf8WithMark : TextEncoding::Utf8;
        if (decoder.hasError()) {
            file.encoding = TextEncoding::Latin1;
            file.text = QString::fromLatin1(bytes);
        }
    }
    const qsizetype windows = file.text.count(QLatin1String("\r\n"));
    const qsizetype mac = file.text.count(u'\r') - windows;
    const qsizetype unixEnds = file.text.count(u'\n') - windows;
    if (windows > unixEnds && windows >= mac) {
        file.lineEnd = LineEnd::Windows;
    } else if (mac > unixEnds) {
        file.lineEnd = LineEnd::OldMac;
    }
    if (windows + mac > 0) {
        file.text.replace(QLatin1String("\r\n"), QLatin1String("\n"));
        file.text.replace(u'\r', u'\n');
    }
    return file;
}

QByteArray encodeText(TextFile& file) {
    QString text = file.text;
    if (file.lineEnd != LineEnd::Unix) {
        text.replace(QLatin1String("\n"),
                     QLatin1String(file.lineEnd == LineEnd::Windows ? "\r\n" : "\r"));
    }
    const auto isLatin1 = [](QChar c) { return c.unicode() < 0x100; };
    if (file.encoding == TextEncoding::Latin1 &&
        !std::all_of(text.cbegin(), text.cend(), isLatin1)) {
        file.encoding = TextEncoding::Utf8;
    }
    switch (file.encoding) {
    case TextEncoding::Latin1:
        return text.toLatin1();
    case TextEncoding::Utf16Little:
    case TextEncoding::Utf16Big: {
        const bool little = file.encoding == TextEncoding::Utf16Little;
        QStringEncoder encoder(little ? QStringConverter::Utf16LE : QStringConverter::Utf16BE,
                               QStringConverter::Flag::Stateless);
        return QByteArray(little ? "\xFF\xFE" : "\xFE\xFF") + QByteArray(encoder.encode(text));
    }
    case TextEncoding::Utf8WithMark:
        return QByteArray("\xEF\xBB\xBF") + text.toUtf8();
    case TextEncoding::Utf8:
        break;
    }
    return text.toUtf8();
}

bool readTextFile(const QString& path, TextFile* file, QString* problem) {
    QFile source(path);
    if (!QFileInfo(path).isFile() || !source.open(QIODevice::ReadOnly)) {
        *problem = QFileInfo::exists(path)
                       ? say("%1 cannot be opened: %2").arg(path, source.errorString())
                       : say("There is no file %1.").arg(path);
        return false;
    }
    if (source.size() > kMostBytes) {
        *problem = say("%1 is larger than 64 MB, which is too large for this editor.").arg(path);
        return false;
    }
    const QByteArray bytes = source.readAll();
    const bool wide = bytes.startsWith("\xFF\xFE") || bytes.startsWith("\xFE\xFF");
    if (!wide && bytes.contains('\0')) {
        *problem = say("%1 is no text: it holds zero bytes.").arg(path);
        return false;
    }
    *file = decodeText(bytes);
    return true;
}

bool writeTextFile(const QString& path, TextFile* file, QString* problem) {
    const QByteArray bytes = encodeText(*file);
    const QFileInfo info(path);
    const QString target = info.isSymLink() ? info.canonicalFilePath() : path;
    QSaveFile out(target.isEmpty() ? path : target);
    const QFileDevice::Permissions permissions = QFile::permissions(path);
    const bool existed = info.exists();
    if (!out.open(QIODevice::WriteOnly) || out.write(bytes) != bytes.size()) {
        *problem = say("%1 cannot be written: %2").arg(path, out.errorString());
        return false;
    }
    if (existed) {
        out.setPermissions(permissions);
    }
    if (!out.commit()) {
        *problem = say("%1 cannot be written: %2").arg(path, out.errorString());
        return false;
    }
    file->hash = hashOf(bytes);
    return true;
}

QByteArray hashOnDisk(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? hashOf(file.readAll()) : QByteArray();
}

QString encodingName(TextEncoding encoding) {
    switch (encoding) {
    case TextEncoding::Utf8:
        return QStringLiteral("UTF-8");
    case TextEncoding::Utf8WithMark:
        return say("UTF-8 with a mark");
    case TextEncoding::Utf16Little:
        return say("UTF-16 (little-endian)");
    case TextEncoding::Utf16Big:
        return say("UTF-16 (big-endian)");
    case TextEncoding::Latin1:
        return QStringLiteral("Latin-1");
    }
    return {};
}

QString lineEndName(LineEnd end) {
    return end == LineEnd::Unix      ? QStringLiteral("LF")
           : end == LineEnd::Windows ? QStringLiteral("CRLF")
                                     : QStringLiteral("CR");
}

} // namespace phidelity
