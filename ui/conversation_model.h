// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractListModel>
#include <QSet>
#include <QStringList>

#include "chat/conversation.h"
#include "store/store_messages.h"

namespace phidelity {

/// The rows of the list of conversations: headings with the conversations under them, what a search
/// found, or the trash. Renaming in place is setData. GUI thread only.
class ConversationModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum class Kind { Heading, Folder, Conversation, Hit, Remark };
    enum Role {
        KindRole = Qt::UserRole,
        IdRole,      ///< of the conversation; of a folder its name
        NodeRole,    ///< of a hit: the message, 0 = the title
        ExcerptRole, ///< of a hit
        MarksRole,   ///< of a hit: QList<TextMark> in its excerpt (or title)
        PinnedRole,
        FolderRole, ///< the conversation's
        OpenRole,   ///< of a folder: its conversations are shown
    };
    enum class Mode { All, Trash, Search };

    explicit ConversationModel(QObject* parent = nullptr) : QAbstractListModel(parent) {}

    void setConversations(const QList<ConversationInfo>& conversations, const QStringList& folders);
    void setMode(Mode mode);
    [[nodiscard]] Mode mode() const { return m_mode; }
    /// What a search found; shown in the mode Search.
    void setFound(const Found& found);
    void toggleFolder(const QString& folder);
    [[nodiscard]] qsizetype trashCount() const;
    [[nodiscard]] const QStringList& folders() const { return m_folders; }
    /// -1 = it has no row.
    [[nodiscard]] int rowOfConversation(const QString& id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

signals:
    void renamed(const QString& id, const QString& title);
    void folderRenamed(const QString& from, const QString& to);

private:
    struct Row {
        Kind kind = Kind::Conversation;
        QString text;
        QString id;
        bool pinned = false;
        bool open = true;
        QString folder;
        SearchHit hit;

        bool operator==(const Row&) const = default;
    };
    void rebuild();
    [[nodiscard]] QList<Row> allRows() const;
    [[nodiscard]] QList<Row> trashRows() const;
    [[nodiscard]] QList<Row> foundRows() const;

    QList<ConversationInfo> m_conversations;
    QStringList m_folders;
    QSet<QString> m_closed; ///< folders
    Found m_found;
    Mode m_mode = Mode::All;
    QList<Row> m_rows;
};

} // namespace phidelity
