// SPDX-License-Identifier: MIT
#include "engine/error_text.h"

#include <QCoreApplication>

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("ErrorText", text);
}

} // namespace

QString describeError(const Error& error) {
    switch (error.code) {
    case ErrorCode::FileMissing:
        return translated("There is nothing at that path: check its spelling, or choose another "
                          "file.");
    case ErrorCode::FileUnreadable:
        return translated("The file is there but cannot be read: check its permissions and the "
                          "disk.");
    case ErrorCode::BadFile:
        return translated("The file is damaged or is not a model: download or copy it again.");
    case ErrorCode::Unsupported:
        return translated("The file is of a kind that Phidelity does not run: choose a Phi-1, "
                          "Phi-1.5 or Phi-2 model as GGUF or as a Hugging Face folder.");
    case ErrorCode::TensorMissing:
        return translated("A part of the model is missing: download it again, with all of its "
                          "files in one folder.");
    case ErrorCode::ShapeMismatch:
        return translated("The parts of the model do not fit together: download it again, or "
                          "choose another file.");
    case ErrorCode::BadTokenizer:
        return translated("The model's vocabulary cannot be used: download the model again, with "
                          "its tokenizer files.");
    case ErrorCode::BadArgument:
        return translated("A setting has a value that cannot work: change it and try again.");
    case ErrorCode::OutOfMemory:
        return translated("There is not enough memory: close other programs, or choose a smaller "
                          "file of the model, such as Q4_0.");
    case ErrorCode::NoDevice:
        return translated("The device asked for cannot be used here: choose another one; the CPU "
                          "always works.");
    case ErrorCode::DeviceLost:
        return translated("The device stopped answering: open the model again, or choose the "
                          "CPU.");
    case ErrorCode::NotFinite:
        return translated("The model computed something that is not a number, so the reply was "
                          "ended: the file is likely damaged; download it again or choose another "
                          "device.");
    case ErrorCode::ContextFull:
        return translated("The text, with all that came before it, is longer than the model "
                          "can read at once: start a new conversation or shorten it.");
    case ErrorCode::WriteFailed:
        return translated("The file could not be written: check the free space and the "
                          "permissions of the folder.");
    }
    return translated("Something failed that has no name yet: try again.");
}

QString errorDetail(const Error& error) {
    constexpr qsizetype kLongest = 500;
    QString detail =
        QString::fromUtf8(error.detail.data(), static_cast<qsizetype>(error.detail.size()));
    for (QChar& character : detail) {
        if (character.category() == QChar::Other_Control ||
            character.category() == QChar::Other_Format || character == QChar::LineSeparator ||
            character == QChar::ParagraphSeparator) {
            character = u' ';
        }
    }
    if (detail.size() > kLongest) {
        detail.truncate(kLongest);
        detail += u'…';
    }
    return detail.trimmed();
}

} // namespace phidelity
