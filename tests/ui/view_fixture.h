// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QApplication>
#include <QClipboard>
#include <QTest>

#include "message_samples.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/theme.h"

namespace phidelity {

/// A fresh list of messages, alone in its window, for each test.
class ViewFixture : public QObject {
    Q_OBJECT

protected:
    std::unique_ptr<MessageModel> m_model;
    std::unique_ptr<MessageView> m_view;

    QImage picture() const { return m_view->viewport()->grab().toImage(); }
    QString copied() {
        m_view->selectAll();
        m_view->copy();
        return QApplication::clipboard()->text();
    }

protected slots:
    void init() {
        applyAppearance(*qApp, Appearance::Light);
        m_model = std::make_unique<MessageModel>();
        m_view = std::make_unique<MessageView>();
        m_view->setModel(m_model.get());
        m_view->resize(700, 500);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    }
    void cleanup() {
        m_view.reset();
        m_model.reset();
    }
};

} // namespace phidelity
