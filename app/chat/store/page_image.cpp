// SPDX-License-Identifier: MIT
#include "store/page_image.h"

#include <bit>
#include <cstring>
#include <memory>
#include <optional>

namespace phidelity {

namespace {

constexpr std::size_t kFileHeader = 100;
constexpr std::size_t kLogHeader = 32;
constexpr std::size_t kFrameHeader = 24;
constexpr uchar kTableLeaf = 0x0d;
constexpr uchar kIndexLeaf = 0x0a;
constexpr uchar kIndexInterior = 0x02;

quint32 big16(std::span<const uchar> bytes, std::size_t at) {
    return static_cast<quint32>(bytes[at]) << 8 | bytes[at + 1];
}

quint32 big32(std::span<const uchar> bytes, std::size_t at) {
    return big16(bytes, at) << 16 | big16(bytes, at + 2);
}

quint32 little32(std::span<const uchar> bytes, std::size_t at) {
    return bytes[at] | static_cast<quint32>(bytes[at + 1]) << 8 |
           static_cast<quint32>(bytes[at + 2]) << 16 | static_cast<quint32>(bytes[at + 3]) << 24;
}

/// Up to nine bytes, seven bits each but the ninth with eight; moves `at` behind it.
std::optional<quint64> readVarint(std::span<const uchar> bytes, std::size_t* at) {
    quint64 value = 0;
    for (int count = 0; count < 9; ++count) {
        if (*at >= bytes.size()) {
            return {};
        }
        const uchar one = bytes[(*at)++];
        if (count == 8) {
            return value << 8 | one;
        }
        value = value << 7 | (one & 0x7f);
        if (!(one & 0x80)) {
            return value;
        }
    }
    return value;
}

std::optional<CellValue> readValue(quint64 type, std::span<const uchar> bytes, std::size_t* at) {
    constexpr std::size_t kIntegerSizes[] = {0, 1, 2, 3, 4, 6, 8};
    CellValue value;
    if (type == 0) {
        return value;
    }
    if (type == 8 || type == 9) {
        value.type = CellValue::Type::Integer;
        value.integer = type == 9 ? 1 : 0;
        return value;
    }
    if (type == 10 || type == 11) {
        return {};
    }
    const quint64 size = type <= 6 ? kIntegerSizes[type] : type == 7 ? 8 : (type - 12) / 2;
    if (size > bytes.size() - *at) {
        return {};
    }
    const std::span<const uchar> own = bytes.subspan(*at, size);
    *at += size;
    if (type > 11) {
        value.type = type % 2 ? CellValue::Type::Text : CellValue::Type::Blob;
        value.bytes =
            QByteArray(reinterpret_cast<const char*>(own.data()), static_cast<qsizetype>(size));
        return value;
    }
    quint64 bits = own[0] & 0x80 ? ~quint64{0} : 0;
    for (const uchar one : own) {
        bits = bits << 8 | one;
    }
    value.type = type == 7 ? CellValue::Type::Real : CellValue::Type::Integer;
    value.integer = static_cast<qint64>(bits);
    if (type == 7) {
        value.real = std::bit_cast<double>(bits);
    }
    return value;
}

/// The values of a record; nothing unless all of them, and nothing else, fill it.
std::optional<CellValues> readRecord(const QByteArray& payload) {
    constexpr std::size_t kMostColumns = 64;
    const std::span<const uchar> bytes(reinterpret_cast<const uchar*>(payload.constData()),
                                       static_cast<std::size_t>(payload.size()));
    std::size_t at = 0;
    const auto headerSize = readVarint(bytes, &at);
    if (!headerSize || *headerSize > bytes.size() || *headerSize < at) {
        return {};
    }
    std::vector<quint64> types;
    while (at < *headerSize) {
        const auto type = readVarint(bytes.first(*headerSize), &at);
        if (!type || types.size() == kMostColumns) {
            return {};
        }
        types.push_back(*type);
    }
    CellValues values;
    for (const quint64 type : types) {
        auto value = readValue(type, bytes, &at);
        if (!value) {
            return {};
        }
        values.push_back(std::move(*value));
    }
    return at == bytes.size() ? std::optional(std::move(values)) : std::nullopt;
}

bool isPageSize(std::size_t size) {
    return size >= 512 && size <= 65536 && std::has_single_bit(size);
}

std::span<const uchar> asBytes(const QByteArray& bytes) {
    return {reinterpret_cast<const uchar*>(bytes.constData()),
            static_cast<std::size_t>(bytes.size())};
}

StoreResult<void> openIfThere(QFile* file) {
    if (file->exists() && !file->open(QIODevice::ReadOnly | QIODevice::Unbuffered)) {
        return storeFail(StoreErrorCode::IoFailed,
                         file->fileName() + QStringLiteral(": ") + file->errorString());
    }
    return {};
}

/// Empty unless all of it can be read.
QByteArray readAt(QFile* file, qint64 at, std::size_t size) {
    if (!file->isOpen() || !file->seek(at)) {
        return {};
    }
    const QByteArray bytes = file->read(static_cast<qint64>(size));
    return static_cast<std::size_t>(bytes.size()) == size ? bytes : QByteArray();
}

} // namespace

StoreResult<PageImage> PageImage::open(const QString& database, const QString& log) {
    PageImage image;
    image.m_file = std::make_unique<QFile>(database);
    image.m_log = std::make_unique<QFile>(log);
    STORE_CHECK(openIfThere(image.m_file.get()));
    STORE_CHECK(openIfThere(image.m_log.get()));
    constexpr char kMagic[] = "SQLite format 3";
    const QByteArray header = readAt(image.m_file.get(), 0, kFileHeader);
    std::size_t reserved = 0;
    if (!header.isEmpty() && std::memcmp(header.constData(), kMagic, sizeof kMagic) == 0) {
        const std::span<const uchar> bytes = asBytes(header);
        const std::size_t said = big16(bytes, 16);
        const std::size_t size = said == 1 ? 65536 : said;
        if (isPageSize(size)) {
            image.m_pageSize = size;
            reserved = bytes[20] < 32 ? bytes[20] : 0;
        }
    }
    image.layLog();
    image.m_usable = image.m_pageSize - reserved;
    // The last page may be cut short by the loss of the file's end.
    const auto pages =
        static_cast<quint32>(static_cast<std::size_t>(image.m_file->size()) / image.m_pageSize);
    image.m_count = std::max(image.m_count, pages);
    return image;
}

void PageImage::layLog() {
    const QByteArray headerBytes = readAt(m_log.get(), 0, kLogHeader);
    if (headerBytes.isEmpty()) {
        return;
    }
    const std::span<const uchar> header = asBytes(headerBytes);
    const quint32 magic = big32(header, 0);
    const std::size_t pageSize = big32(header, 8);
    if ((magic & ~quint32{1}) != 0x377f0682 || !isPageSize(pageSize)) {
        return;
    }
    const auto word = magic & 1 ? big32 : little32;
    quint32 first = 0;
    quint32 second = 0;
    const auto add = [&](std::span<const uchar> bytes) {
        for (std::size_t at = 0; at < bytes.size(); at += 8) {
            first += word(bytes, at) + second;
            second += word(bytes, at + 4) + first;
        }
    };
    add(header.first(24));
    if (first != big32(header, 24) || second != big32(header, 28)) {
        return;
    }
    m_pageSize = pageSize;
    QHash<quint32, qint64> pending;
    const std::size_t size = kFrameHeader + pageSize;
    for (qint64 at = kLogHeader;; at += static_cast<qint64>(size)) {
        const QByteArray frameBytes = readAt(m_log.get(), at, size);
        if (frameBytes.isEmpty()) {
            return;
        }
        const std::span<const uchar> frame = asBytes(frameBytes);
        const bool sameSalt =
            big32(frame, 8) == big32(header, 16) && big32(frame, 12) == big32(header, 20);
        add(frame.first(8));
        add(frame.subspan(kFrameHeader));
        if (!sameSalt || first != big32(frame, 16) || second != big32(frame, 20)) {
            return;
        }
        pending.insert(big32(frame, 0), at + static_cast<qint64>(kFrameHeader));
        const quint32 pagesAfterCommit = big32(frame, 4);
        if (pagesAfterCommit != 0) {
            m_inLog.insert(pending);
            pending.clear();
            m_count = std::max(m_count, pagesAfterCommit);
        }
    }
}

QByteArray PageImage::page(quint32 number) const {
    if (number == 0) {
        return {};
    }
    const auto logged = m_inLog.constFind(number);
    if (logged != m_inLog.cend()) {
        return readAt(m_log.get(), *logged, m_pageSize);
    }
    return readAt(m_file.get(), (qint64{number} - 1) * static_cast<qint64>(m_pageSize), m_pageSize);
}

void PageImage::forEachCell(const Visitor& visit) const {
    for (quint32 number = 1; number <= m_count; ++number) {
        visitPage(number, visit);
    }
}

void PageImage::visitPage(quint32 number, const Visitor& visit) const {
    const QByteArray whole = page(number);
    if (whole.isEmpty()) {
        return;
    }
    const std::span<const uchar> bytes = asBytes(whole).first(m_usable);
    const std::size_t header = number == 1 ? kFileHeader : 0;
    const uchar kind = bytes[header];
    if (kind != kTableLeaf && kind != kIndexLeaf && kind != kIndexInterior) {
        return;
    }
    const std::size_t cells = big16(bytes, header + 3);
    const std::size_t pointers = header + (kind == kIndexInterior ? 12 : 8);
    const std::size_t inIndex = (m_usable - 12) * 64 / 255 - 23;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        if (pointers + 2 * cell + 2 > bytes.size()) {
            return;
        }
        std::size_t at = big16(bytes, pointers + 2 * cell) + (kind == kIndexInterior ? 4U : 0U);
        const auto size = readVarint(bytes, &at);
        std::optional<quint64> rowid = 0;
        if (kind == kTableLeaf) {
            rowid = readVarint(bytes, &at);
        }
        QByteArray payload;
        if (!size || !rowid ||
            !payloadAt(bytes, at, *size, kind == kTableLeaf ? m_usable - 35 : inIndex, &payload)) {
            continue;
        }
        if (const auto values = readRecord(payload)) {
            visit(kind == kTableLeaf ? CellPlace::Table : CellPlace::Index,
                  static_cast<qint64>(*rowid), *values);
        }
    }
}

bool PageImage::payloadAt(std::span<const uchar> bytes, std::size_t at, quint64 size,
                          std::size_t largestHere, QByteArray* out) const {
    // No payload is longer than all pages.
    if (size == 0 || size > quint64{m_count} * m_usable || at > bytes.size()) {
        return false;
    }
    std::size_t here = size;
    if (size > largestHere) {
        const std::size_t least = (m_usable - 12) * 32 / 255 - 23;
        const std::size_t fitting = least + (size - least) % (m_usable - 4);
        here = fitting <= largestHere ? fitting : least;
    }
    const bool goesOn = here < size;
    if (here + (goesOn ? 4 : 0) > bytes.size() - at) {
        return false;
    }
    const auto append = [&](std::span<const uchar> part) {
        out->append(reinterpret_cast<const char*>(part.data()),
                    static_cast<qsizetype>(part.size()));
    };
    append(bytes.subspan(at, here));
    quint32 next = goesOn ? big32(bytes, at + here) : 0;
    while (static_cast<quint64>(out->size()) < size) {
        const QByteArray whole = next > m_count ? QByteArray() : page(next);
        if (whole.isEmpty()) {
            return false;
        }
        const std::span<const uchar> more = asBytes(whole);
        const std::size_t left = size - static_cast<std::size_t>(out->size());
        append(more.subspan(4, std::min(left, m_usable - 4)));
        next = big32(more, 0);
    }
    // The end of a chain is marked; another page here means that a page of it was another's.
    return next == 0;
}

} // namespace phidelity
