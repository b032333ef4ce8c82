"""The language of the interface: English, or Hindi from the bundled translation."""

from __future__ import annotations

from importlib.resources import as_file, files

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

_INDIA = QLocale.Country.India
LANGUAGES = {"en": QLocale(QLocale.Language.English, _INDIA), "hi": QLocale(QLocale.Language.Hindi, _INDIA)}


def translate(context: str, text: str) -> str:
    """A text outside any QObject, in the interface's language. Linguist's lupdate knows this name."""
    return QCoreApplication.translate(context, text)


def counted(context: str, text: str, count: int) -> str:
    """A text with %Ln in its singular or plural. ``context`` is the class that holds it.

    QObject.tr would look for it in the name of a subclass, in vain. tests/helpers/translations.py collects these.
    """
    return QCoreApplication.translate(context, text, "", count)


def install_language(application: QCoreApplication, language: str) -> QTranslator:
    """Speak this language from now on (English when there is no such). The application keeps the translator.

    English has one too: it holds the singular and plural of counts.
    """
    chosen = language if language in LANGUAGES else "en"
    QLocale.setDefault(LANGUAGES[chosen])
    translator = QTranslator(application)
    with as_file(files("resources") / "translations" / f"nxcrm_{chosen}.qm") as path:
        # By name: bytes would have to outlive the translator, which does not copy them.
        if not translator.load(str(path)):
            raise RuntimeError(f"the translation {chosen} cannot be read")
    application.installTranslator(translator)
    return translator
