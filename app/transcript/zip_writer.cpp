// SPDX-License-Identifier: MIT
#include "app/transcript/zip_writer.h"

#include <array>

#include <QtEndian>

namespace phidelity {

namespace {

/// The table of CRC-32 (polynomial 0xEDB88320, bits reversed).
constexpr std::array<quint32, 256> kCrcTable = [] {
    std::array<quint32, 256> table{};
    for (quint32 index = 0; index < table.size(); ++index) {
        quint32 value = index;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 1) != 0 ? 0xEDB88320U ^ (value >> 1) : value >> 1;
        }
        table[index] = value;
    }
    return table;
}();

quint32 crc32(const QByteArray& bytes) {
    quint32 crc = ~0U;
    for (const char byte : bytes) {
        crc = kCrcTable[(crc ^ static_cast<quint8>(byte)) & 0xFF] ^ (crc >> 8);
    }
    return ~crc;
}

template <class Number>
void put(QByteArray& bytes, Number value) {
    char raw[sizeof value];
    qToLittleEndian(value, raw);
    bytes.append(raw, sizeof value);
}

/// The bare deflate stream: qCompress puts a length and zlib's header before it and a sum behind.
QByteArray deflated(const QByteArray& content) {
    constexpr qsizetype kBefore = 4 + 2;
    constexpr qsizetype kBehind = 4;
    const QByteArray whole = qCompress(content);
    return whole.mid(kBefore, whole.size() - kBefore - kBehind);
}

constexpr quint16 kVersion = 20;
constexpr quint32 kNoTime = 0x00210000; // 1980-01-01 00:00, the first there is

} // namespace

void ZipWriter::add(const QByteArray& name, const QByteArray& content, Method method) {
    const QByteArray packed = method == Method::Deflated ? deflated(content) : content;
    const auto offset = static_cast<quint32>(m_bytes.size());
    QByteArray common;
    put<quint16>(common, kVersion);
    put<quint16>(common, 0); // flags
    put<quint16>(common, method == Method::Deflated ? 8 : 0);
    put<quint32>(common, kNoTime);
    put<quint32>(common, crc32(content));
    put<quint32>(common, static_cast<quint32>(packed.size()));
    put<quint32>(common, static_cast<quint32>(content.size()));
    put<quint16>(common, static_cast<quint16>(name.size()));
    put<quint16>(common, 0); // extra field

    m_bytes += "PK\x03\x04" + common + name + packed;

    m_directory += "PK\x01\x02";
    put<quint16>(m_directory, kVersion);
    m_directory += common;
    put<quint16>(m_directory, 0); // comment
    put<quint16>(m_directory, 0); // disk
    put<quint16>(m_directory, 0); // attributes inside
    put<quint32>(m_directory, 0); // and outside
    put<quint32>(m_directory, offset);
    m_directory += name;
    ++m_entries;
}

QByteArray ZipWriter::finish() {
    const auto offset = static_cast<quint32>(m_bytes.size());
    m_bytes += m_directory;
    m_bytes += "PK\x05\x06";
    put<quint16>(m_bytes, 0); // this disk
    put<quint16>(m_bytes, 0); // the directory's
    put<quint16>(m_bytes, m_entries);
    put<quint16>(m_bytes, m_entries);
    put<quint32>(m_bytes, static_cast<quint32>(m_directory.size()));
    put<quint32>(m_bytes, offset);
    put<quint16>(m_bytes, 0); // comment
    return m_bytes;
}

} // namespace phidelity
