// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <QByteArray>
#include <QFile>
#include <QHash>
#include <QString>

#include "store/store_error.h"

namespace phidelity {

/// A value of a row as it is stored.
struct CellValue {
    enum class Type { Null, Integer, Real, Text, Blob };
    Type type = Type::Null;
    qint64 integer = 0;
    double real = 0;
    QByteArray bytes; ///< of text and blobs

    [[nodiscard]] QString text() const { return QString::fromUtf8(bytes); }
};
using CellValues = std::vector<CellValue>;

/// Where a row was found: in a table, under its number, or in an index.
enum class CellPlace { Table, Index };

/// The pages of a database file with the committed part of its log laid over them, read without
/// SQLite: each page on its own, so that a damaged one takes nothing with it but itself. Follows
/// https://www.sqlite.org/fileformat2.html. Every length in the files is taken as hostile.
class PageImage {
public:
    /// Either file may be missing. Errors: IoFailed and the like where one is there but cannot be
    /// read. The files must stay as they are meanwhile.
    static StoreResult<PageImage> open(const QString& database, const QString& log);

    using Visitor = std::function<void(CellPlace place, qint64 rowid, const CellValues& values)>;
    /// Every row that can be decoded, in no order; a row whose text goes on in a damaged page is
    /// left out. Cost: reads all pages once.
    void forEachCell(const Visitor& visit) const;

private:
    PageImage() = default;
    void layLog();
    /// Empty where it is not there or cannot be read.
    [[nodiscard]] QByteArray page(quint32 number) const;
    void visitPage(quint32 number, const Visitor& visit) const;
    [[nodiscard]] bool payloadAt(std::span<const uchar> bytes, std::size_t at, quint64 size,
                                 std::size_t largestHere, QByteArray* out) const;

    // Read, not mapped: a page that the disk cannot give would end the program by a signal.
    std::unique_ptr<QFile> m_file;
    std::unique_ptr<QFile> m_log;
    QHash<quint32, qint64> m_inLog; ///< page -> where its newest content starts in the log
    std::size_t m_pageSize = 4096;
    std::size_t m_usable = 4096; ///< bytes of a page
    quint32 m_count = 0;         ///< pages
};

} // namespace phidelity
