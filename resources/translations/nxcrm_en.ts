<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_IN" sourcelanguage="en_IN">
<context>
    <name>ImportDialog</name>
    <message numerus="yes">
        <source>%Ln kept, because worked on since</source>
        <translation>
            <numerusform>%Ln kept, because worked on since</numerusform>
            <numerusform>%Ln kept, because worked on since</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Undone: %Ln deleted</source>
        <translation>
            <numerusform>Undone: %Ln deleted</numerusform>
            <numerusform>Undone: %Ln deleted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln restored</source>
        <translation>
            <numerusform>%Ln restored</numerusform>
            <numerusform>%Ln restored</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s)</source>
        <translation>
            <numerusform>%Ln row</numerusform>
            <numerusform>%Ln rows</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ListPane</name>
    <message numerus="yes">
        <source>%Ln row(s)</source>
        <translation>
            <numerusform>%Ln row</numerusform>
            <numerusform>%Ln rows</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln selected</source>
        <translation>
            <numerusform>%Ln selected</numerusform>
            <numerusform>%Ln selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RecordDetail</name>
    <message numerus="yes">
        <source>%Ln change(s) not saved</source>
        <translation>
            <numerusform>%Ln change not saved</numerusform>
            <numerusform>%Ln changes not saved</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message numerus="yes">
        <source>%Ln conflict(s)</source>
        <translation>
            <numerusform>%Ln conflict</numerusform>
            <numerusform>%Ln conflicts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln job(s) running</source>
        <translation>
            <numerusform>%Ln job running</numerusform>
            <numerusform>%Ln jobs running</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sync</name>
    <message numerus="yes">
        <source>%Ln edit(s) will be sent in a moment</source>
        <translation>
            <numerusform>%Ln edit will be sent in a moment</numerusform>
            <numerusform>%Ln edits will be sent in a moment</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln conflict(s) to decide</source>
        <translation>
            <numerusform>%Ln conflict to decide</numerusform>
            <numerusform>%Ln conflicts to decide</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln edit(s) waiting</source>
        <translation>
            <numerusform>%Ln edit waiting</numerusform>
            <numerusform>%Ln edits waiting</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) waiting</source>
        <translation>
            <numerusform>%Ln document waiting</numerusform>
            <numerusform>%Ln documents waiting</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln edit(s) sent</source>
        <translation>
            <numerusform>%Ln edit sent</numerusform>
            <numerusform>%Ln edits sent</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln record(s) received</source>
        <translation>
            <numerusform>%Ln record received</numerusform>
            <numerusform>%Ln records received</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) sent</source>
        <translation>
            <numerusform>%Ln document sent</numerusform>
            <numerusform>%Ln documents sent</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) received</source>
        <translation>
            <numerusform>%Ln document received</numerusform>
            <numerusform>%Ln documents received</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln conflict(s)</source>
        <translation>
            <numerusform>%Ln conflict</numerusform>
            <numerusform>%Ln conflicts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln refused</source>
        <translation>
            <numerusform>%Ln refused</numerusform>
            <numerusform>%Ln refused</numerusform>
        </translation>
    </message>
</context>
</TS>
