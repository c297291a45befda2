// SPDX-License-Identifier: MIT
// The style of desktops that bring none: seen and reached on light and dark alike.
#include <QApplication>
#include <QDialogButtonBox>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QStyle>
#include <QTest>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/theme.h"

using namespace phidelity;

class ThemeTest : public QObject {
    Q_OBJECT

    /// The best contrast with the ground on a short way into the widget from its left edge.
    static double edgeContrast(QWidget& window, QWidget* widget) {
        const QImage picture = window.grab().toImage();
        const QColor ground = window.palette().color(QPalette::Window);
        const QPoint start = widget->mapTo(&window, QPoint(0, widget->height() / 2));
        double best = 1;
        for (int x = 0; x < 4; ++x) {
            best = std::max(best, contrast(ground, picture.pixelColor(start + QPoint(x, 0))));
        }
        return best;
    }

private slots:
    void initTestCase() { QApplication::setStyle(QStringLiteral("Fusion")); }

    static void lightAndDark() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void fieldsHaveEdgesThatAreSeen_data() { lightAndDark(); }
    void fieldsHaveEdgesThatAreSeen() {
        QFETCH(bool, dark);
        applyAppearance(*qApp, dark ? Appearance::Dark : Appearance::Light);
        QWidget window;
        QVBoxLayout layout(&window);
        auto* line = new QLineEdit;
        auto* number = new QSpinBox;
        layout.addWidget(line);
        layout.addWidget(number);
        layout.addWidget(new QPushButton);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.setFocus();
        QVERIFY2(edgeContrast(window, line) >= 2.5,
                 qPrintable(QString::number(edgeContrast(window, line))));
        QVERIFY2(edgeContrast(window, number) >= 2.5,
                 qPrintable(QString::number(edgeContrast(window, number))));
    }

    void radioButtonsThatAreOffHaveEdgesThatAreSeen_data() { lightAndDark(); }
    void radioButtonsThatAreOffHaveEdgesThatAreSeen() {
        QFETCH(bool, dark);
        applyAppearance(*qApp, dark ? Appearance::Dark : Appearance::Light);
        QWidget window;
        QVBoxLayout layout(&window);
        auto* radio = new QRadioButton;
        layout.addWidget(radio);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.setFocus();
        QVERIFY2(edgeContrast(window, radio) >= 2.5,
                 qPrintable(QString::number(edgeContrast(window, radio))));
    }

    void flatButtonsShowTheFocusOfTheKeyboard_data() { lightAndDark(); }
    void flatButtonsShowTheFocusOfTheKeyboard() {
        QFETCH(bool, dark);
        applyAppearance(*qApp, dark ? Appearance::Dark : Appearance::Light);
        QWidget window;
        QVBoxLayout layout(&window);
        auto* other = new QLineEdit;
        auto* button = new QToolButton;
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setText(QStringLiteral("More"));
        layout.addWidget(other);
        layout.addWidget(button);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        other->setFocus();
        QTest::keyClick(other, Qt::Key_Tab);
        QVERIFY(button->hasFocus());
        QVERIFY2(edgeContrast(window, button) >= 2.5,
                 qPrintable(QString::number(edgeContrast(window, button))));
    }

    void iconsGrowWithTheText() {
        applyAppearance(*qApp, Appearance::Light);
        QToolButton button;
        const int before = button.iconSize().width();
        applyZoom(*qApp, 2.0);
        const int after = button.iconSize().width();
        applyZoom(*qApp, 1.0);
        QVERIFY2(after >= 1.8 * before, qPrintable(QStringLiteral("%1 %2").arg(before).arg(after)));
    }

    void dialogButtonsHaveNoForeignPictures() {
        applyAppearance(*qApp, Appearance::Dark);
        QDialogButtonBox buttons(QDialogButtonBox::Close);
        QVERIFY(buttons.button(QDialogButtonBox::Close)->icon().isNull());
    }

    void textThatIsDisabledCastsNoShadow() {
        applyAppearance(*qApp, Appearance::Dark);
        QVERIFY(!QApplication::style()->styleHint(QStyle::SH_EtchDisabledText));
    }

    void menusHaveAnEdgeOnDark() {
        applyAppearance(*qApp, Appearance::Dark);
        QMenu menu;
        menu.addAction(QStringLiteral("One"));
        menu.popup({10, 10});
        QVERIFY(QTest::qWaitForWindowExposed(&menu));
        const QImage picture = menu.grab().toImage();
        QVERIFY(contrast(QApplication::palette().color(QPalette::Base),
                         picture.pixelColor(0, picture.height() / 2)) > 1.4);
    }
};

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
