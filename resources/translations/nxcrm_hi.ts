<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="hi_IN" sourcelanguage="en_IN">
<context>
    <name>Chip</name>
    <message>
        <source>Any</source>
        <translation>कोई भी</translation>
    </message>
    <message>
        <source>Filter %1</source>
        <translation>फ़िल्टर %1</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Note</source>
        <translation>नोट</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>कॉल</translation>
    </message>
    <message>
        <source>Follow-up</source>
        <translation>फ़ॉलो-अप</translation>
    </message>
    <message>
        <source>What to log</source>
        <translation>क्या दर्ज करना है</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>दर्ज करें</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Ctrl+Enter</translation>
    </message>
    <message>
        <source>Outcome of the call</source>
        <translation>कॉल का नतीजा</translation>
    </message>
    <message>
        <source>Spoke</source>
        <translation>बात हुई</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>जवाब नहीं मिला</translation>
    </message>
    <message>
        <source>Busy, call again</source>
        <translation>व्यस्त, फिर कॉल करें</translation>
    </message>
    <message>
        <source>Wrong number</source>
        <translation>ग़लत नंबर</translation>
    </message>
    <message>
        <source>Not interested</source>
        <translation>रुचि नहीं</translation>
    </message>
    <message>
        <source>When it is due</source>
        <translation>कब तक</translation>
    </message>
    <message>
        <source>Tomorrow</source>
        <translation>कल</translation>
    </message>
    <message>
        <source>3 days</source>
        <translation>3 दिन</translation>
    </message>
    <message>
        <source>Week</source>
        <translation>एक हफ़्ता</translation>
    </message>
    <message>
        <source>Write a note …</source>
        <translation>नोट लिखें …</translation>
    </message>
    <message>
        <source>What was said?</source>
        <translation>क्या बात हुई?</translation>
    </message>
    <message>
        <source>What is to be done?</source>
        <translation>क्या करना है?</translation>
    </message>
</context>
<context>
    <name>ConflictDialog</name>
    <message>
        <source>Resolve a conflict</source>
        <translation>टकराव सुलझाएँ</translation>
    </message>
    <message>
        <source>Two people changed this at the same time. Choose what stays; the other stays in the timeline.</source>
        <translation>दो लोगों ने इसे एक ही समय पर बदला। चुनें कि क्या रहे; दूसरा मान समयरेखा में रहेगा।</translation>
    </message>
    <message>
        <source>Two people changed this at the same time, and it was decided what stays.</source>
        <translation>दो लोगों ने इसे एक साथ बदला, और तय हो चुका है कि क्या रहेगा।</translation>
    </message>
    <message>
        <source>Before: %1</source>
        <translation>पहले: %1</translation>
    </message>
    <message>
        <source>Keep what the server has</source>
        <translation>सर्वर वाला रखें</translation>
    </message>
    <message>
        <source>Keep the record</source>
        <translation>रिकॉर्ड रखें</translation>
    </message>
    <message>
        <source>Take the other</source>
        <translation>दूसरा लें</translation>
    </message>
    <message>
        <source>Delete the record</source>
        <translation>रिकॉर्ड हटाएँ</translation>
    </message>
    <message>
        <source>Write something else</source>
        <translation>कुछ और लिखें</translation>
    </message>
    <message>
        <source>Decide later</source>
        <translation>बाद में तय करें</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>बंद करें</translation>
    </message>
    <message>
        <source>Resolve</source>
        <translation>सुलझाएँ</translation>
    </message>
    <message>
        <source>(empty)</source>
        <translation>(ख़ाली)</translation>
    </message>
    <message>
        <source>(deleted)</source>
        <translation>(मिटाया गया)</translation>
    </message>
    <message>
        <source>Decided by %1, %2. It says now: %3</source>
        <translation>%1 ने तय किया, %2। अब यह है: %3</translation>
    </message>
    <message>
        <source>Undo the decision</source>
        <translation>निर्णय वापस लें</translation>
    </message>
    <message>
        <source>The record stays.</source>
        <translation>रिकॉर्ड रहेगा।</translation>
    </message>
    <message>
        <source>The record will be deleted.</source>
        <translation>रिकॉर्ड हटा दिया जाएगा।</translation>
    </message>
    <message>
        <source>It will say: %1</source>
        <translation>यह लिखा रहेगा: %1</translation>
    </message>
</context>
<context>
    <name>CustomerDetail</name>
    <message>
        <source>Docs</source>
        <translation>काग़ज़ात</translation>
    </message>
    <message>
        <source>Money</source>
        <translation>लेन-देन</translation>
    </message>
</context>
<context>
    <name>Customers</name>
    <message>
        <source>CONTACT</source>
        <translation>संपर्क</translation>
    </message>
    <message>
        <source>ADDRESS</source>
        <translation>पता</translation>
    </message>
    <message>
        <source>IDENTITY</source>
        <translation>पहचान</translation>
    </message>
    <message>
        <source>WORK</source>
        <translation>काम</translation>
    </message>
    <message>
        <source>REMARKS</source>
        <translation>टिप्पणी</translation>
    </message>
</context>
<context>
    <name>DealDialog</name>
    <message>
        <source>New transaction</source>
        <translation>नया सौदा</translation>
    </message>
</context>
<context>
    <name>Desktop</name>
    <message>
        <source>Stay</source>
        <translation>यहीं रहें</translation>
    </message>
    <message>
        <source>Discard and lock</source>
        <translation>छोड़ें और लॉक करें</translation>
    </message>
    <message>
        <source>Save and lock</source>
        <translation>सहेजें और लॉक करें</translation>
    </message>
    <message>
        <source>Save your changes?</source>
        <translation>बदलाव सहेजें?</translation>
    </message>
    <message>
        <source>What you typed is not saved yet.</source>
        <translation>आपने जो लिखा वह अभी सहेजा नहीं गया है।</translation>
    </message>
</context>
<context>
    <name>DeviceFacts</name>
    <message>
        <source>User</source>
        <translation>उपयोगकर्ता</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>भूमिका</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>सर्वर</translation>
    </message>
    <message>
        <source>Last sync</source>
        <translation>पिछला सिंक</translation>
    </message>
    <message>
        <source>Works offline until</source>
        <translation>ऑफ़लाइन कब तक</translation>
    </message>
    <message>
        <source>Key kept by</source>
        <translation>कुंजी कहाँ</translation>
    </message>
    <message>
        <source>Encryption</source>
        <translation>एन्क्रिप्शन</translation>
    </message>
    <message>
        <source>this computer’s keyring</source>
        <translation>इस कंप्यूटर की कीरिंग</translation>
    </message>
    <message>
        <source>your password</source>
        <translation>आपका पासवर्ड</translation>
    </message>
</context>
<context>
    <name>Dictionary</name>
    <message>
        <source>Member of staff</source>
        <translation>कर्मचारी</translation>
    </message>
    <message>
        <source>Staff</source>
        <translation>कर्मचारी</translation>
    </message>
    <message>
        <source>Id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Created</source>
        <translation>बनाया गया</translation>
    </message>
    <message>
        <source>Created by</source>
        <translation>किसने बनाया</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>बदला गया</translation>
    </message>
    <message>
        <source>Changed by</source>
        <translation>किसने बदला</translation>
    </message>
    <message>
        <source>User name</source>
        <translation>उपयोगकर्ता नाम</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>नाम</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>भूमिका</translation>
    </message>
    <message>
        <source>Sales</source>
        <translation>बिक्री</translation>
    </message>
    <message>
        <source>Manager</source>
        <translation>प्रबंधक</translation>
    </message>
    <message>
        <source>Finance</source>
        <translation>वित्त</translation>
    </message>
    <message>
        <source>Privacy officer</source>
        <translation>निजता अधिकारी</translation>
    </message>
    <message>
        <source>Auditor</source>
        <translation>लेखा परीक्षक</translation>
    </message>
    <message>
        <source>Admin</source>
        <translation>व्यवस्थापक</translation>
    </message>
    <message>
        <source>Reporting manager</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Team</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Employee id</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>ई-मेल</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>फ़ोन</translation>
    </message>
    <message>
        <source>Department</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Designation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Active</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Teams</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Region</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lead stage</source>
        <translation>लीड चरण</translation>
    </message>
    <message>
        <source>Lead stages</source>
        <translation>लीड चरण</translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name in Hindi</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Position</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Probability, per cent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>नतीजा</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>खुला</translation>
    </message>
    <message>
        <source>Won</source>
        <translation>सफल</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>असफल</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>ग्राहक</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>ग्राहक</translation>
    </message>
    <message>
        <source>Other phone</source>
        <translation>दूसरा फ़ोन</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>पता</translation>
    </message>
    <message>
        <source>City</source>
        <translation>शहर</translation>
    </message>
    <message>
        <source>State</source>
        <translation>राज्य</translation>
    </message>
    <message>
        <source>PIN code</source>
        <translation>पिन कोड</translation>
    </message>
    <message>
        <source>Date of birth</source>
        <translation>जन्म तिथि</translation>
    </message>
    <message>
        <source>PAN</source>
        <translation>पैन</translation>
    </message>
    <message>
        <source>Company</source>
        <translation>कंपनी</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>भाषा</translation>
    </message>
    <message>
        <source>English</source>
        <translation>अंग्रेज़ी</translation>
    </message>
    <message>
        <source>Hindi</source>
        <translation>हिन्दी</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>स्रोत</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>टैग</translation>
    </message>
    <message>
        <source>Remarks</source>
        <translation>टिप्पणी</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>ज़िम्मेदार</translation>
    </message>
    <message>
        <source>Reference in the old system</source>
        <translation>पुराने सिस्टम का संदर्भ</translation>
    </message>
    <message>
        <source>Companies</source>
        <translation>कंपनियाँ</translation>
    </message>
    <message>
        <source>GSTIN</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Website</source>
        <translation>वेबसाइट</translation>
    </message>
    <message>
        <source>Industry</source>
        <translation>उद्योग</translation>
    </message>
    <message>
        <source>Vehicle</source>
        <translation>गाड़ी</translation>
    </message>
    <message>
        <source>Vehicles</source>
        <translation>गाड़ियाँ</translation>
    </message>
    <message>
        <source>Registration number</source>
        <translation>पंजीकरण नंबर</translation>
    </message>
    <message>
        <source>Chassis number</source>
        <translation>चेसिस नंबर</translation>
    </message>
    <message>
        <source>Engine number</source>
        <translation>इंजन नंबर</translation>
    </message>
    <message>
        <source>Make</source>
        <translation>कंपनी</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>मॉडल</translation>
    </message>
    <message>
        <source>Variant</source>
        <translation>वेरिएंट</translation>
    </message>
    <message>
        <source>Year</source>
        <translation>वर्ष</translation>
    </message>
    <message>
        <source>Fuel</source>
        <translation>ईंधन</translation>
    </message>
    <message>
        <source>Transmission</source>
        <translation>ट्रांसमिशन</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>रंग</translation>
    </message>
    <message>
        <source>Odometer, km</source>
        <translation>चली, किमी</translation>
    </message>
    <message>
        <source>Ownership</source>
        <translation>मालिकाना</translation>
    </message>
    <message>
        <source>Stock</source>
        <translation>स्टॉक</translation>
    </message>
    <message>
        <source>Wanted</source>
        <translation>चाहिए</translation>
    </message>
    <message>
        <source>Available</source>
        <translation>उपलब्ध</translation>
    </message>
    <message>
        <source>Booked</source>
        <translation>बुक</translation>
    </message>
    <message>
        <source>Sold</source>
        <translation>बिक गई</translation>
    </message>
    <message>
        <source>Asking price</source>
        <translation>माँगी क़ीमत</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>लागत</translation>
    </message>
    <message>
        <source>In stock since</source>
        <translation>स्टॉक में कब से</translation>
    </message>
    <message>
        <source>Insurance until</source>
        <translation>बीमा कब तक</translation>
    </message>
    <message>
        <source>Location</source>
        <translation>स्थान</translation>
    </message>
    <message>
        <source>Lead</source>
        <translation>लीड</translation>
    </message>
    <message>
        <source>Leads</source>
        <translation>लीड</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>चरण</translation>
    </message>
    <message>
        <source>Lost because</source>
        <translation>असफल होने का कारण</translation>
    </message>
    <message>
        <source>Rating</source>
        <translation>रेटिंग</translation>
    </message>
    <message>
        <source>Hot</source>
        <translation>गरम</translation>
    </message>
    <message>
        <source>Warm</source>
        <translation>मध्यम</translation>
    </message>
    <message>
        <source>Cold</source>
        <translation>ठंडा</translation>
    </message>
    <message>
        <source>Interested in</source>
        <translation>रुचि</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>बजट</translation>
    </message>
    <message>
        <source>Company record</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>अगला क़दम</translation>
    </message>
    <message>
        <source>Next step due</source>
        <translation>अगला क़दम कब</translation>
    </message>
    <message>
        <source>Last activity</source>
        <translation>पिछली गतिविधि</translation>
    </message>
    <message>
        <source>Enquired</source>
        <translation>पूछताछ</translation>
    </message>
    <message>
        <source>Stage change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stage history</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From</source>
        <translation>से</translation>
    </message>
    <message>
        <source>To</source>
        <translation>तक</translation>
    </message>
    <message>
        <source>When</source>
        <translation>कब</translation>
    </message>
    <message>
        <source>Transaction</source>
        <translation>सौदा</translation>
    </message>
    <message>
        <source>Transactions</source>
        <translation>सौदे</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>प्रकार</translation>
    </message>
    <message>
        <source>Purchase</source>
        <translation>ख़रीद</translation>
    </message>
    <message>
        <source>Sale</source>
        <translation>बिक्री</translation>
    </message>
    <message>
        <source>Consignment</source>
        <translation>कंसाइनमेंट</translation>
    </message>
    <message>
        <source>Loan referral</source>
        <translation>ऋण रेफ़रल</translation>
    </message>
    <message>
        <source>Insurance</source>
        <translation>बीमा</translation>
    </message>
    <message>
        <source>RC transfer</source>
        <translation>आरसी ट्रांसफ़र</translation>
    </message>
    <message>
        <source>Refund</source>
        <translation>वापसी</translation>
    </message>
    <message>
        <source>Draft</source>
        <translation>मसौदा</translation>
    </message>
    <message>
        <source>Agreed</source>
        <translation>तय</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>डिलीवर</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>रद्द</translation>
    </message>
    <message>
        <source>Agreed amount</source>
        <translation>तय राशि</translation>
    </message>
    <message>
        <source>Agreed on</source>
        <translation>तय तारीख़</translation>
    </message>
    <message>
        <source>Financier</source>
        <translation>फ़ाइनेंसर</translation>
    </message>
    <message>
        <source>Payment</source>
        <translation>भुगतान</translation>
    </message>
    <message>
        <source>Payments</source>
        <translation>भुगतान</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>दिशा</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>मिला</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>दिया</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>तरीक़ा</translation>
    </message>
    <message>
        <source>Cash</source>
        <translation>नक़द</translation>
    </message>
    <message>
        <source>UPI</source>
        <translation>यूपीआई</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>कार्ड</translation>
    </message>
    <message>
        <source>NEFT</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RTGS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cheque</source>
        <translation>चेक</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>राशि</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>तारीख़</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>संदर्भ</translation>
    </message>
    <message>
        <source>Reverses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>टिप्पणी</translation>
    </message>
    <message>
        <source>Communication</source>
        <translation>बातचीत</translation>
    </message>
    <message>
        <source>Communications</source>
        <translation>बातचीत</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>कॉल</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>नोट</translation>
    </message>
    <message>
        <source>Meeting</source>
        <translation>मुलाक़ात</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>संदेश</translation>
    </message>
    <message>
        <source>From the customer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the customer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Duration, seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>विषय</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>पाठ</translation>
    </message>
    <message>
        <source>Follow-up</source>
        <translation>फ़ॉलो-अप</translation>
    </message>
    <message>
        <source>Follow-ups</source>
        <translation>फ़ॉलो-अप</translation>
    </message>
    <message>
        <source>Assigned to</source>
        <translation>किसे सौंपा</translation>
    </message>
    <message>
        <source>Due</source>
        <translation>नियत समय</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>स्थिति</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>पूरा</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>दस्तावेज़</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>दस्तावेज़</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>शीर्षक</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>श्रेणी</translation>
    </message>
    <message>
        <source>Registration certificate</source>
        <translation>पंजीकरण प्रमाणपत्र</translation>
    </message>
    <message>
        <source>Identity proof</source>
        <translation>पहचान प्रमाण</translation>
    </message>
    <message>
        <source>Address proof</source>
        <translation>पता प्रमाण</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>अनुबंध</translation>
    </message>
    <message>
        <source>Invoice</source>
        <translation>बिल</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>फ़ोटो</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>अन्य</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>कब तक मान्य</translation>
    </message>
    <message>
        <source>Document version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Document versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Media type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size, bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SHA-256</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Consent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Consents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Purpose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Service</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Authentication</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Security</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compliance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Analytics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Given</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Withdrawn</source>
        <translation>वापस लिया गया</translation>
    </message>
    <message>
        <source>Objected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How it was given</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Privacy request</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Privacy requests</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Access</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deletion</source>
        <translation>हटाना</translation>
    </message>
    <message>
        <source>Portability</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Objection</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Withdrawal of consent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grievance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished">रुका हुआ</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>अस्वीकृत</translation>
    </message>
    <message>
        <source>In the customer&apos;s words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Legal hold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Legal holds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>कारण</translation>
    </message>
    <message>
        <source>Section of law</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fields held</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Until</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disclosure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disclosure register</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recipient</source>
        <translation>प्राप्तकर्ता</translation>
    </message>
    <message>
        <source>Basis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Country</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Safeguard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Package</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Policy version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Policy versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In force from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Policy acceptance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Policy acceptances</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Incident</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Incidents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Detected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Contained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drill</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happened</source>
        <translation type="unfinished">क्या हुआ</translation>
    </message>
    <message>
        <source>Saved view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Definition</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shared with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Audit event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Audit trail</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Action</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Detail</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous hash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Usage event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Usage events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Feature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>टकराव</translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation>टकराव</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>फ़ील्ड</translation>
    </message>
    <message>
        <source>Before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The value set aside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The value kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set aside from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set aside, typed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept, received</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mine taken</source>
        <translation>मेरा लिया</translation>
    </message>
    <message>
        <source>Server&apos;s kept</source>
        <translation>सर्वर का रखा</translation>
    </message>
    <message>
        <source>Merged</source>
        <translation>मिलाया</translation>
    </message>
    <message>
        <source>Held when it was resolved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held since it was resolved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Refused edit</source>
        <translation>अस्वीकृत बदलाव</translation>
    </message>
    <message>
        <source>Refused edits</source>
        <translation>अस्वीकृत बदलाव</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>बदलाव</translation>
    </message>
    <message>
        <source>What was typed</source>
        <translation>क्या लिखा गया</translation>
    </message>
    <message>
        <source>Refused because</source>
        <translation>अस्वीकार का कारण</translation>
    </message>
    <message>
        <source>Typed by</source>
        <translation>किसने लिखा</translation>
    </message>
    <message>
        <source>Typed</source>
        <translation>लिखा गया</translation>
    </message>
    <message>
        <source>Applied</source>
        <translation>लागू</translation>
    </message>
    <message>
        <source>Dismissed</source>
        <translation>ख़ारिज</translation>
    </message>
    <message>
        <source>Given back</source>
        <translation>लौटाया गया</translation>
    </message>
    <message>
        <source>Code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was decided, and why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Possible duplicate</source>
        <translation>संभावित दोहराव</translation>
    </message>
    <message>
        <source>Possible duplicates</source>
        <translation>संभावित दोहराव</translation>
    </message>
    <message>
        <source>Same in</source>
        <translation>इसमें समान</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>समूह</translation>
    </message>
    <message>
        <source>Not the same</source>
        <translation>एक नहीं</translation>
    </message>
    <message>
        <source>The whole record</source>
        <translation>पूरा रिकॉर्ड</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>हाँ</translation>
    </message>
    <message>
        <source>No</source>
        <translation>नहीं</translation>
    </message>
</context>
<context>
    <name>DocumentDetail</name>
    <message>
        <source>Preview</source>
        <translation>झलक</translation>
    </message>
</context>
<context>
    <name>Documents</name>
    <message>
        <source>File</source>
        <translation>फ़ाइल</translation>
    </message>
    <message>
        <source>DOCUMENT</source>
        <translation>दस्तावेज़</translation>
    </message>
</context>
<context>
    <name>DocumentsPane</name>
    <message>
        <source>Open a lead or a customer and drop files on Docs. They are stored encrypted on this laptop.</source>
        <translation>कोई लीड या ग्राहक खोलें और फ़ाइलें काग़ज़ात पर छोड़ें। वे इस लैपटॉप पर एन्क्रिप्ट होकर रखी जाती हैं।</translation>
    </message>
    <message>
        <source>Go to leads</source>
        <translation>लीड पर जाएँ</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>dd-mm-yyyy</source>
        <translation>dd-mm-yyyy</translation>
    </message>
    <message>
        <source>dd-mm-yyyy hh:mm</source>
        <translation>dd-mm-yyyy hh:mm</translation>
    </message>
    <message>
        <source>5,50,000 or 5.5 lakh</source>
        <translation>5,50,000 या 5.5 lakh</translation>
    </message>
    <message>
        <source>98765 43210</source>
        <translation>98765 43210</translation>
    </message>
    <message>
        <source>words, separated by commas</source>
        <translation>शब्द, अल्पविराम से अलग</translation>
    </message>
</context>
<context>
    <name>EnrolScreen</name>
    <message>
        <source>Server</source>
        <translation>सर्वर</translation>
    </message>
    <message>
        <source>User name</source>
        <translation>उपयोगकर्ता नाम</translation>
    </message>
    <message>
        <source>Password you were given</source>
        <translation>मिला हुआ पासवर्ड</translation>
    </message>
    <message>
        <source>One-time code</source>
        <translation>एक-बारी कोड</translation>
    </message>
    <message>
        <source>6 digits of your authenticator</source>
        <translation>ऑथेंटिकेटर के 6 अंक</translation>
    </message>
    <message>
        <source>New password</source>
        <translation>नया पासवर्ड</translation>
    </message>
    <message>
        <source>at least 12 characters</source>
        <translation>कम से कम 12 अक्षर</translation>
    </message>
    <message>
        <source>New password again</source>
        <translation>नया पासवर्ड फिर से</translation>
    </message>
    <message>
        <source>as this computer knows it</source>
        <translation>जैसा यह कंप्यूटर जानता है</translation>
    </message>
    <message>
        <source>Enrol this laptop</source>
        <translation>यह लैपटॉप जोड़ें</translation>
    </message>
    <message>
        <source>Choose a file …</source>
        <translation>फ़ाइल चुनें …</translation>
    </message>
    <message>
        <source>Your administrator gave you these. It takes a network once; afterwards you work without.</source>
        <translation>ये आपके व्यवस्थापक ने दिए हैं। नेटवर्क एक बार चाहिए; फिर उसके बिना भी काम होता है।</translation>
    </message>
    <message>
        <source>The server&apos;s certificate authority</source>
        <translation>सर्वर का प्रमाणपत्र प्राधिकरण</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>कॉपी करें</translation>
    </message>
    <message>
        <source>Your recovery codes</source>
        <translation>आपके रिकवरी कोड</translation>
    </message>
    <message>
        <source>Each signs you in once if you lose your authenticator. They are shown only now.</source>
        <translation>ऑथेंटिकेटर खो जाने पर हर कोड एक बार काम करता है। ये केवल अभी दिखाए जाते हैं।</translation>
    </message>
    <message>
        <source>I have written them down</source>
        <translation>मैंने लिख लिए हैं</translation>
    </message>
    <message>
        <source>Certificate authority</source>
        <translation>प्रमाणपत्र प्राधिकरण</translation>
    </message>
    <message>
        <source>%1 is missing.</source>
        <translation>%1 नहीं दिया गया है।</translation>
    </message>
    <message>
        <source>The two new passwords differ.</source>
        <translation>दोनों नए पासवर्ड अलग हैं।</translation>
    </message>
    <message>
        <source>Enrolling …</source>
        <translation>जोड़ा जा रहा है …</translation>
    </message>
</context>
<context>
    <name>ErrorDialog</name>
    <message>
        <source>That did not work</source>
        <translation>यह नहीं हो सका</translation>
    </message>
    <message>
        <source>What is safe</source>
        <translation>क्या सुरक्षित है</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>क्या करें</translation>
    </message>
    <message>
        <source>Code: %1</source>
        <translation>कोड: %1</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>विवरण कॉपी करें</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>बंद करें</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>कॉपी हुआ</translation>
    </message>
</context>
<context>
    <name>FormDialog</name>
    <message>
        <source>Cancel</source>
        <translation>रद्द करें</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>सहेजें</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import a file</source>
        <translation>फ़ाइल आयात करें</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>रद्द करें</translation>
    </message>
    <message>
        <source>Undo this import</source>
        <translation>यह आयात वापस लें</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>आयात करें</translation>
    </message>
    <message>
        <source>Excel, CSV and vCard files</source>
        <translation>Excel, CSV और vCard फ़ाइलें</translation>
    </message>
    <message>
        <source>Choose a file …</source>
        <translation>फ़ाइल चुनें …</translation>
    </message>
    <message>
        <source>Kind of record</source>
        <translation>रिकॉर्ड का प्रकार</translation>
    </message>
    <message>
        <source>Where the file comes from</source>
        <translation>फ़ाइल कहाँ से है</translation>
    </message>
    <message>
        <source>Rows that are here already</source>
        <translation>जो पहले से मौजूद हैं</translation>
    </message>
    <message>
        <source>Leave them out</source>
        <translation>छोड़ दें</translation>
    </message>
    <message>
        <source>Update them</source>
        <translation>अपडेट करें</translation>
    </message>
    <message>
        <source>Create them again</source>
        <translation>फिर से बनाएँ</translation>
    </message>
    <message>
        <source>Columns named as here</source>
        <translation>कॉलम के नाम यहाँ जैसे</translation>
    </message>
    <message>
        <source>What the import will do</source>
        <translation>आयात से क्या होगा</translation>
    </message>
    <message>
        <source>Nothing is imported yet</source>
        <translation>अभी कुछ आयात नहीं हुआ है</translation>
    </message>
    <message>
        <source>First you see what every column and every row of a file becomes.</source>
        <translation>पहले आप देखेंगे कि फ़ाइल का हर कॉलम और हर पंक्ति क्या बनेगी।</translation>
    </message>
    <message>
        <source>Checking the rows …</source>
        <translation>पंक्तियाँ जाँची जा रही हैं …</translation>
    </message>
    <message>
        <source>Progress of the import</source>
        <translation>आयात की प्रगति</translation>
    </message>
    <message>
        <source>Importing …</source>
        <translation>आयात हो रहा है …</translation>
    </message>
    <message>
        <source>Lists</source>
        <translation>सूचियाँ</translation>
    </message>
    <message>
        <source>Choose a file to import</source>
        <translation>आयात के लिए फ़ाइल चुनें</translation>
    </message>
    <message>
        <source>Looking at the file …</source>
        <translation>फ़ाइल देखी जा रही है …</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>रोकें</translation>
    </message>
    <message>
        <source>Import %1</source>
        <translation>%1 का आयात</translation>
    </message>
    <message>
        <source>%1 of %2 rows</source>
        <translation>%2 में से %1 पंक्तियाँ</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>रोका गया।</translation>
    </message>
    <message>
        <source>Imported.</source>
        <translation>आयात हो गया।</translation>
    </message>
    <message>
        <source>Columns left out: %1</source>
        <translation>छोड़े गए कॉलम: %1</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>बंद करें</translation>
    </message>
    <message>
        <source>Undo the import</source>
        <translation>आयात वापस लें</translation>
    </message>
    <message numerus="yes">
        <source>%Ln kept, because worked on since</source>
        <translation>
            <numerusform>%Ln रखा गया, क्योंकि उस पर काम हुआ</numerusform>
            <numerusform>%Ln रखे गए, क्योंकि उन पर काम हुआ</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Undone: %Ln deleted</source>
        <translation>
            <numerusform>वापस लिया: %Ln हटाया</numerusform>
            <numerusform>वापस लिया: %Ln हटाए</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln restored</source>
        <translation>
            <numerusform>%Ln पहले जैसा</numerusform>
            <numerusform>%Ln पहले जैसे</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s)</source>
        <translation>
            <numerusform>%Ln पंक्ति</numerusform>
            <numerusform>%Ln पंक्तियाँ</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportOutcome</name>
    <message>
        <source>New</source>
        <translation>नए</translation>
    </message>
    <message>
        <source>Updated</source>
        <translation>अपडेट</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>छोड़े गए</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>अस्वीकृत</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>पंक्ति</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>कॉलम</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>कारण</translation>
    </message>
    <message>
        <source>Lines to look at</source>
        <translation>देखने योग्य पंक्तियाँ</translation>
    </message>
    <message>
        <source>Every row can be taken as it is.</source>
        <translation>हर पंक्ति जैसी है वैसी ली जा सकती है।</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>छोड़ी गई</translation>
    </message>
    <message>
        <source>brought up to date</source>
        <translation>अपडेट की गई</translation>
    </message>
    <message>
        <source>created again</source>
        <translation>फिर से बनाई गई</translation>
    </message>
    <message>
        <source>The same as in line %1</source>
        <translation>पंक्ति %1 जैसी ही</translation>
    </message>
    <message>
        <source>The same as in a record that is here</source>
        <translation>यहाँ मौजूद रिकॉर्ड जैसी ही</translation>
    </message>
</context>
<context>
    <name>JobLine</name>
    <message>
        <source>Stop</source>
        <translation>रोकें</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>रोका जा रहा है …</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>पूरा</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>विफल</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>रुका</translation>
    </message>
</context>
<context>
    <name>JobsPanel</name>
    <message>
        <source>Jobs</source>
        <translation>काम</translation>
    </message>
    <message>
        <source>JOBS</source>
        <translation>काम</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>बंद करें</translation>
    </message>
</context>
<context>
    <name>LeadDetail</name>
    <message>
        <source>Stage</source>
        <translation>चरण</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>समयरेखा</translation>
    </message>
    <message>
        <source>Docs</source>
        <translation>काग़ज़ात</translation>
    </message>
    <message>
        <source>Money</source>
        <translation>लेन-देन</translation>
    </message>
</context>
<context>
    <name>Leads</name>
    <message>
        <source>CONTACT</source>
        <translation>संपर्क</translation>
    </message>
    <message>
        <source>INTEREST</source>
        <translation>रुचि</translation>
    </message>
    <message>
        <source>PROGRESS</source>
        <translation>प्रगति</translation>
    </message>
    <message>
        <source>WORK</source>
        <translation>काम</translation>
    </message>
    <message>
        <source>REMARKS</source>
        <translation>टिप्पणी</translation>
    </message>
</context>
<context>
    <name>LeadsPane</name>
    <message>
        <source>Add your first lead, or import a file of another program: Excel, CSV or vCard.</source>
        <translation>पहली लीड जोड़ें, या दूसरे प्रोग्राम की फ़ाइल आयात करें: Excel, CSV या vCard।</translation>
    </message>
    <message>
        <source>New lead</source>
        <translation>नई लीड</translation>
    </message>
    <message>
        <source>Import a file …</source>
        <translation>फ़ाइल आयात करें …</translation>
    </message>
</context>
<context>
    <name>LedgerTab</name>
    <message>
        <source>Add payment</source>
        <translation>भुगतान जोड़ें</translation>
    </message>
    <message>
        <source>Reverse …</source>
        <translation>उलटें …</translation>
    </message>
</context>
<context>
    <name>LedgerView</name>
    <message>
        <source>Agreed</source>
        <translation>तय</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>मिला</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>दिया</translation>
    </message>
    <message>
        <source>Outstanding</source>
        <translation>बकाया</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>तारीख़</translation>
    </message>
    <message>
        <source>Payment</source>
        <translation>भुगतान</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>संदर्भ</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>राशि</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>शेष</translation>
    </message>
    <message>
        <source>Ledger</source>
        <translation>खाता</translation>
    </message>
    <message>
        <source>Reversal</source>
        <translation>उलट प्रविष्टि</translation>
    </message>
    <message>
        <source>Reversed</source>
        <translation>उलटा गया</translation>
    </message>
</context>
<context>
    <name>ListPane</name>
    <message>
        <source>Filter this list</source>
        <translation>यह सूची छाँटें</translation>
    </message>
    <message>
        <source>Filter this list  (Ctrl+F)</source>
        <translation>यह सूची छाँटें  (Ctrl+F)</translation>
    </message>
    <message>
        <source>Choose columns</source>
        <translation>कॉलम चुनें</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>कुछ नहीं मिला</translation>
    </message>
    <message>
        <source>No row passes all filters.</source>
        <translation>कोई पंक्ति सभी फ़िल्टर पर खरी नहीं उतरती।</translation>
    </message>
    <message>
        <source>Clear filters</source>
        <translation>फ़िल्टर हटाएँ</translation>
    </message>
    <message>
        <source>No %1 yet</source>
        <translation>अभी कोई %1 नहीं</translation>
    </message>
    <message>
        <source>What you add here is kept on this laptop, encrypted, and synced when there is a network.</source>
        <translation>यहाँ जो जोड़ा जाए वह इस लैपटॉप पर एन्क्रिप्ट होकर रहता है और नेटवर्क मिलने पर सिंक होता है।</translation>
    </message>
    <message>
        <source>Add the first</source>
        <translation>पहला जोड़ें</translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s)</source>
        <translation>
            <numerusform>%Ln पंक्ति</numerusform>
            <numerusform>%Ln पंक्तियाँ</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln selected</source>
        <translation>
            <numerusform>%Ln चुनी</numerusform>
            <numerusform>%Ln चुनीं</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LookAlikePart</name>
    <message>
        <source>Records</source>
        <translation>रिकॉर्ड</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>प्रकार</translation>
    </message>
    <message>
        <source>Same in</source>
        <translation>इसमें समान</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>मान</translation>
    </message>
    <message>
        <source>Possible duplicates</source>
        <translation>संभावित दोहराव</translation>
    </message>
    <message>
        <source>No possible duplicates</source>
        <translation>कोई संभावित दोहराव नहीं</translation>
    </message>
    <message>
        <source>When two laptops make the same phone number, e-mail or car, both are kept and shown here.</source>
        <translation>जब दो लैपटॉप एक ही फ़ोन नंबर, ई-मेल या गाड़ी दर्ज करते हैं, तो दोनों रखे जाते हैं और यहाँ दिखते हैं।</translation>
    </message>
    <message>
        <source>Compare …</source>
        <translation>तुलना करें …</translation>
    </message>
    <message>
        <source>%1 · and one of somebody else</source>
        <translation>%1 · और एक किसी और का</translation>
    </message>
</context>
<context>
    <name>LookAlikesDialog</name>
    <message>
        <source>Possible duplicates</source>
        <translation>संभावित दोहराव</translation>
    </message>
    <message>
        <source>Another record says the same here. It is not one of yours: your manager can compare them.</source>
        <translation>एक और रिकॉर्ड में यही लिखा है। वह आपका नहीं है: आपके प्रबंधक दोनों की तुलना कर सकते हैं।</translation>
    </message>
    <message>
        <source>These records say the same here. Both were kept; say whether they are about the same.</source>
        <translation>इन रिकॉर्ड में यहाँ एक ही बात है। दोनों रखे गए हैं; बताएँ कि क्या वे एक ही के बारे में हैं।</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>फ़ील्ड</translation>
    </message>
    <message>
        <source>Compared</source>
        <translation>तुलना</translation>
    </message>
    <message>
        <source>The records</source>
        <translation>रिकॉर्ड</translation>
    </message>
    <message>
        <source>… and %1 more</source>
        <translation>… और %1 अन्य</translation>
    </message>
    <message>
        <source>Decide later</source>
        <translation>बाद में तय करें</translation>
    </message>
    <message>
        <source>Keep it as it is</source>
        <translation>जैसा है वैसा रखें</translation>
    </message>
    <message>
        <source>Not the same: keep both</source>
        <translation>एक नहीं हैं: दोनों रखें</translation>
    </message>
    <message>
        <source>Differs</source>
        <translation>अलग</translation>
    </message>
    <message>
        <source>Same</source>
        <translation>समान</translation>
    </message>
</context>
<context>
    <name>MappingTable</name>
    <message>
        <source>Column of the file</source>
        <translation>फ़ाइल का कॉलम</translation>
    </message>
    <message>
        <source>Becomes</source>
        <translation>यहाँ बनेगा</translation>
    </message>
    <message>
        <source>First rows</source>
        <translation>पहली पंक्तियाँ</translation>
    </message>
    <message>
        <source>What the columns become</source>
        <translation>कॉलम क्या बनेंगे</translation>
    </message>
    <message>
        <source>– leave out</source>
        <translation>– छोड़ दें</translation>
    </message>
    <message>
        <source>What %1 becomes</source>
        <translation>%1 क्या बनेगा</translation>
    </message>
</context>
<context>
    <name>MeteredChoice</name>
    <message>
        <source>On metered links</source>
        <translation>मीटर वाले कनेक्शन पर</translation>
    </message>
    <message>
        <source>This link is metered.</source>
        <translation>यह कनेक्शन मीटर वाला है।</translation>
    </message>
    <message>
        <source>This link is not metered, as far as is known.</source>
        <translation>जहाँ तक पता है, यह कनेक्शन मीटर वाला नहीं है।</translation>
    </message>
    <message>
        <source>What you ask for yourself happens on any link.</source>
        <translation>जो आप खुद कहें, वह किसी भी कनेक्शन पर होता है।</translation>
    </message>
</context>
<context>
    <name>MoneyTab</name>
    <message>
        <source>New transaction</source>
        <translation>नया सौदा</translation>
    </message>
    <message>
        <source>Add payment</source>
        <translation>भुगतान जोड़ें</translation>
    </message>
    <message>
        <source>Transaction</source>
        <translation>सौदा</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>चरण</translation>
    </message>
    <message>
        <source>Agreed on</source>
        <translation>तय तारीख़</translation>
    </message>
    <message>
        <source>Agreed amount</source>
        <translation>तय राशि</translation>
    </message>
    <message>
        <source>Transactions</source>
        <translation>सौदे</translation>
    </message>
    <message>
        <source>No transactions yet.</source>
        <translation>अभी कोई सौदा नहीं।</translation>
    </message>
</context>
<context>
    <name>NewRecordDialog</name>
    <message>
        <source>New lead</source>
        <translation>नई लीड</translation>
    </message>
    <message>
        <source>New customer</source>
        <translation>नया ग्राहक</translation>
    </message>
    <message>
        <source>New vehicle</source>
        <translation>नई गाड़ी</translation>
    </message>
    <message>
        <source>This may be here already:</source>
        <translation>यह पहले से हो सकता है:</translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>Page</source>
        <translation>पृष्ठ</translation>
    </message>
    <message>
        <source>Page before</source>
        <translation>पिछला पृष्ठ</translation>
    </message>
    <message>
        <source>Next page</source>
        <translation>अगला पृष्ठ</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Search everything</source>
        <translation>सब कुछ खोजें</translation>
    </message>
    <message>
        <source>Name, phone, e-mail, registration number …</source>
        <translation>नाम, फ़ोन, ई-मेल, पंजीकरण नंबर …</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>नतीजे</translation>
    </message>
    <message>
        <source>↑ ↓ choose   Enter open   Esc close</source>
        <translation>↑ ↓ चुनें   Enter खोलें   Esc बंद करें</translation>
    </message>
    <message>
        <source>Nothing on this laptop matches.</source>
        <translation>इस लैपटॉप पर कुछ नहीं मिला।</translation>
    </message>
</context>
<context>
    <name>PaperBar</name>
    <message>
        <source>Open</source>
        <translation>खोलें</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>रोकें</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>फिर कोशिश करें</translation>
    </message>
    <message>
        <source>Keep on this laptop</source>
        <translation>इस लैपटॉप पर रखें</translation>
    </message>
    <message>
        <source>Kept on this laptop</source>
        <translation>इस लैपटॉप पर रखा है</translation>
    </message>
    <message>
        <source>It stays here, also without a network, and is fetched by itself.</source>
        <translation>यह नेटवर्क के बिना भी यहीं रहता है और अपने आप लाया जाता है।</translation>
    </message>
    <message>
        <source>More</source>
        <translation>और</translation>
    </message>
    <message>
        <source>Fetch a document</source>
        <translation>दस्तावेज़ लाएँ</translation>
    </message>
    <message>
        <source>New version of this document</source>
        <translation>इस दस्तावेज़ का नया संस्करण</translation>
    </message>
    <message>
        <source>Save a copy …</source>
        <translation>एक प्रति सहेजें …</translation>
    </message>
    <message>
        <source>New version …</source>
        <translation>नया संस्करण …</translation>
    </message>
    <message>
        <source>Free up space</source>
        <translation>जगह खाली करें</translation>
    </message>
</context>
<context>
    <name>PaperSpace</name>
    <message>
        <source>Room that documents take</source>
        <translation>दस्तावेज़ों द्वारा ली गई जगह</translation>
    </message>
    <message>
        <source>Room for documents on this laptop</source>
        <translation>इस लैपटॉप पर दस्तावेज़ों के लिए जगह</translation>
    </message>
    <message>
        <source>What the server has and was not used for longest makes room by itself; kept documents stay.</source>
        <translation>जो सर्वर पर है और सबसे लंबे समय से खोला नहीं गया, वह अपने आप जगह देता है; रखे गए दस्तावेज़ बने रहते हैं।</translation>
    </message>
    <message>
        <source>%1 of %2 used</source>
        <translation>%2 में से %1 उपयोग में</translation>
    </message>
    <message>
        <source>%1 kept</source>
        <translation>%1 रखे गए</translation>
    </message>
    <message>
        <source>%1 waiting to upload</source>
        <translation>%1 अपलोड की प्रतीक्षा में</translation>
    </message>
</context>
<context>
    <name>Papers</name>
    <message>
        <source>On this laptop</source>
        <translation>इस लैपटॉप पर</translation>
    </message>
    <message>
        <source>Waiting to upload</source>
        <translation>अपलोड की प्रतीक्षा में</translation>
    </message>
    <message>
        <source>Uploading %1 %</source>
        <translation>अपलोड हो रहा है %1 %</translation>
    </message>
    <message>
        <source>On the server</source>
        <translation>सर्वर पर</translation>
    </message>
    <message>
        <source>Downloading %1 %</source>
        <translation>डाउनलोड हो रहा है %1 %</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>विफल</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>रखा गया</translation>
    </message>
    <message>
        <source>The server does not have it yet. Ask whoever attached it to sync.</source>
        <translation>यह अभी सर्वर पर नहीं है। जिसने इसे जोड़ा है उनसे सिंक करने को कहें।</translation>
    </message>
    <message>
        <source>The server does not know this document. Its record may be under review.</source>
        <translation>सर्वर इस दस्तावेज़ को नहीं जानता। हो सकता है इसका रिकॉर्ड समीक्षा में हो।</translation>
    </message>
    <message>
        <source>The server takes no file as large as this.</source>
        <translation>सर्वर इतनी बड़ी फ़ाइल नहीं लेता।</translation>
    </message>
    <message>
        <source>The server refused: your role does not allow this.</source>
        <translation>सर्वर ने मना किया: आपकी भूमिका इसकी अनुमति नहीं देती।</translation>
    </message>
    <message>
        <source>What arrived was not the file that was sent. Try again.</source>
        <translation>जो पहुँचा वह भेजी गई फ़ाइल नहीं थी। फिर कोशिश करें।</translation>
    </message>
    <message>
        <source>The file on this laptop is damaged. Attach it anew.</source>
        <translation>इस लैपटॉप पर फ़ाइल ख़राब है। इसे फिर से जोड़ें।</translation>
    </message>
    <message>
        <source>The file is no longer on this laptop. Attach it anew.</source>
        <translation>फ़ाइल अब इस लैपटॉप पर नहीं है। इसे फिर से जोड़ें।</translation>
    </message>
    <message>
        <source>The disk is full. Free some space, then try again.</source>
        <translation>डिस्क भर गई है। कुछ जगह खाली करें, फिर कोशिश करें।</translation>
    </message>
    <message>
        <source>It did not work. Code: %1</source>
        <translation>काम नहीं हुआ। कोड: %1</translation>
    </message>
</context>
<context>
    <name>PapersTab</name>
    <message>
        <source>Attach …</source>
        <translation>जोड़ें …</translation>
    </message>
    <message>
        <source>Ctrl+Shift+A</source>
        <translation>Ctrl+Shift+A</translation>
    </message>
    <message>
        <source>or drop files here</source>
        <translation>या फ़ाइलें यहाँ छोड़ें</translation>
    </message>
    <message>
        <source>Keep all on this laptop</source>
        <translation>सब इस लैपटॉप पर रखें</translation>
    </message>
    <message>
        <source>All kept on this laptop</source>
        <translation>सब इस लैपटॉप पर रखे हैं</translation>
    </message>
    <message>
        <source>All documents here, and those added later, are fetched and stay.</source>
        <translation>यहाँ के सभी दस्तावेज़, और बाद में जोड़े गए भी, लाए जाते हैं और यहीं रहते हैं।</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>शीर्षक</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>श्रेणी</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>कब तक मान्य</translation>
    </message>
    <message>
        <source>File</source>
        <translation>फ़ाइल</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>दस्तावेज़</translation>
    </message>
    <message>
        <source>No documents yet.</source>
        <translation>अभी कोई दस्तावेज़ नहीं।</translation>
    </message>
    <message>
        <source>Attach documents</source>
        <translation>दस्तावेज़ जोड़ें</translation>
    </message>
</context>
<context>
    <name>PasswordLine</name>
    <message>
        <source>Show or hide the password</source>
        <translation>पासवर्ड दिखाएँ या छिपाएँ</translation>
    </message>
</context>
<context>
    <name>PaymentDialog</name>
    <message>
        <source>Add payment</source>
        <translation>भुगतान जोड़ें</translation>
    </message>
</context>
<context>
    <name>Places</name>
    <message>
        <source>Leads</source>
        <translation>लीड</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>ग्राहक</translation>
    </message>
    <message>
        <source>Vehicles</source>
        <translation>गाड़ियाँ</translation>
    </message>
    <message>
        <source>Transactions</source>
        <translation>सौदे</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>दस्तावेज़</translation>
    </message>
    <message>
        <source>Reports</source>
        <translation>रिपोर्ट</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>निजता</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>सिंक</translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message>
        <source>The file is on its way and is shown here when all of it has come.</source>
        <translation>फ़ाइल आ रही है; पूरी आने पर यहाँ दिखेगी।</translation>
    </message>
    <message>
        <source>The file is on the server. Open fetches it and shows it here.</source>
        <translation>फ़ाइल सर्वर पर है। “खोलें” उसे लाकर यहाँ दिखाता है।</translation>
    </message>
    <message>
        <source>Save a copy, readable by anyone with access to that folder</source>
        <translation>प्रति सहेजें; जिसे उस फ़ोल्डर तक पहुँच हो वह पढ़ सकेगा</translation>
    </message>
    <message>
        <source>Copy saved.</source>
        <translation>प्रति सहेजी गई।</translation>
    </message>
    <message>
        <source>Add a new version?</source>
        <translation>नया संस्करण जोड़ें?</translation>
    </message>
    <message>
        <source>%1 becomes the newest version of this document. Earlier ones stay.</source>
        <translation>%1 इस दस्तावेज़ का सबसे नया संस्करण बनता है। पुराने बने रहते हैं।</translation>
    </message>
    <message>
        <source>Add the version</source>
        <translation>संस्करण जोड़ें</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>रद्द करें</translation>
    </message>
</context>
<context>
    <name>PrivacyPane</name>
    <message>
        <source>Phone, e-mail or name</source>
        <translation>फ़ोन, ई-मेल या नाम</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>खोजें</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>व्यक्ति</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>प्रकार</translation>
    </message>
    <message>
        <source>Found by</source>
        <translation>किससे मिला</translation>
    </message>
    <message>
        <source>People found</source>
        <translation>मिले हुए लोग</translation>
    </message>
    <message>
        <source>Nobody searched for yet</source>
        <translation>अभी किसी को खोजा नहीं गया</translation>
    </message>
    <message>
        <source>Find a person above, choose the right one, and export everything that is held about them.</source>
        <translation>ऊपर व्यक्ति को खोजें, सही व्यक्ति चुनें और उनके बारे में रखी सारी जानकारी निर्यात करें।</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>कारण</translation>
    </message>
    <message>
        <source>e.g. access request of 12-11-2026</source>
        <translation>जैसे 12-11-2026 का अनुरोध</translation>
    </message>
    <message>
        <source>Recipient</source>
        <translation>प्राप्तकर्ता</translation>
    </message>
    <message>
        <source>e.g. the customer</source>
        <translation>जैसे ग्राहक</translation>
    </message>
    <message>
        <source>Export package …</source>
        <translation>पैकेज निर्यात करें …</translation>
    </message>
    <message>
        <source>You search everything the company holds, at the server.</source>
        <translation>आप सर्वर पर कंपनी का सारा डेटा खोजते हैं।</translation>
    </message>
    <message>
        <source>You search what this laptop holds. The privacy officer can export the whole.</source>
        <translation>आप इस लैपटॉप का डेटा खोजते हैं। पूरा निर्यात निजता अधिकारी कर सकते हैं।</translation>
    </message>
    <message>
        <source>EXPORT</source>
        <translation>निर्यात</translation>
    </message>
    <message>
        <source>Every export is entered in the disclosure register.</source>
        <translation>हर निर्यात प्रकटन रजिस्टर में दर्ज होता है।</translation>
    </message>
    <message>
        <source>Searching …</source>
        <translation>खोज जारी है …</translation>
    </message>
    <message>
        <source>Nobody was found.</source>
        <translation>कोई नहीं मिला।</translation>
    </message>
    <message>
        <source>Try another spelling, or the phone number alone.</source>
        <translation>दूसरी वर्तनी आज़माएँ, या केवल फ़ोन नंबर।</translation>
    </message>
    <message>
        <source>Save the package</source>
        <translation>पैकेज सहेजें</translation>
    </message>
    <message>
        <source>Privacy export</source>
        <translation>निजता निर्यात</translation>
    </message>
    <message>
        <source>Saved %1 with %2 documents.</source>
        <translation>%1 सहेजा गया, %2 दस्तावेज़ सहित।</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Show or hide the names of the rail</source>
        <translation>पट्टी के नाम दिखाएँ या छिपाएँ</translation>
    </message>
</context>
<context>
    <name>RecordDetail</name>
    <message>
        <source>Edit (F2)</source>
        <translation>बदलें (F2)</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>बंद करें (Esc)</translation>
    </message>
    <message>
        <source>Possible duplicate …</source>
        <translation>संभावित दोहराव …</translation>
    </message>
    <message>
        <source>Parts of the record</source>
        <translation>रिकॉर्ड के भाग</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>सारांश</translation>
    </message>
    <message>
        <source>Duplicate?</source>
        <translation>दोहराव?</translation>
    </message>
    <message>
        <source>Another record says the same, such as the phone number. Compare them.</source>
        <translation>किसी और रिकॉर्ड में भी यही लिखा है, जैसे फ़ोन नंबर। उनकी तुलना करें।</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>सहेजें</translation>
    </message>
    <message>
        <source>Ctrl+S</source>
        <translation>Ctrl+S</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>रद्द करें</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>यहीं रहें</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>छोड़ें</translation>
    </message>
    <message>
        <source>Save your changes?</source>
        <translation>बदलाव सहेजें?</translation>
    </message>
    <message>
        <source>What you typed here is not saved yet.</source>
        <translation>आपने यहाँ जो लिखा वह अभी सहेजा नहीं गया है।</translation>
    </message>
    <message>
        <source>Nothing changed yet</source>
        <translation>अभी कुछ नहीं बदला</translation>
    </message>
    <message>
        <source>Something is not right yet</source>
        <translation>अभी कुछ ठीक नहीं है</translation>
    </message>
    <message numerus="yes">
        <source>%Ln change(s) not saved</source>
        <translation>
            <numerusform>%Ln बदलाव सहेजा नहीं</numerusform>
            <numerusform>%Ln बदलाव सहेजे नहीं</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RefusedEditDialog</name>
    <message>
        <source>New</source>
        <translation>नया</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>बदलाव</translation>
    </message>
    <message>
        <source>Deletion</source>
        <translation>हटाना</translation>
    </message>
    <message>
        <source>Restoring</source>
        <translation>वापस लाना</translation>
    </message>
    <message>
        <source>Not readable</source>
        <translation>पढ़ा नहीं जा सका</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>अज्ञात</translation>
    </message>
    <message>
        <source>The role does not allow this.</source>
        <translation>भूमिका इसकी अनुमति नहीं देती।</translation>
    </message>
    <message>
        <source>The record is not, or no longer, one of theirs.</source>
        <translation>यह रिकॉर्ड उनका नहीं है, या अब नहीं रहा।</translation>
    </message>
    <message>
        <source>Somebody has deleted the record.</source>
        <translation>किसी ने रिकॉर्ड हटा दिया है।</translation>
    </message>
    <message>
        <source>The record was erased for good.</source>
        <translation>रिकॉर्ड हमेशा के लिए मिटाया गया है।</translation>
    </message>
    <message>
        <source>There is already a record with this id.</source>
        <translation>इस पहचान का रिकॉर्ड पहले से है।</translation>
    </message>
    <message>
        <source>Refused edit</source>
        <translation>अस्वीकृत बदलाव</translation>
    </message>
    <message>
        <source>%1 · typed by %2 · %3</source>
        <translation>%1 · %2 ने लिखा · %3</translation>
    </message>
    <message>
        <source>Refused: %1</source>
        <translation>अस्वीकृत: %1</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>कारण</translation>
    </message>
    <message>
        <source>Why, for whoever typed it and for later</source>
        <translation>क्यों – लिखने वाले के लिए और बाद के लिए</translation>
    </message>
    <message>
        <source>What was typed</source>
        <translation>क्या लिखा गया</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>फ़ील्ड</translation>
    </message>
    <message>
        <source>Was</source>
        <translation>पहले</translation>
    </message>
    <message>
        <source>Typed</source>
        <translation>लिखा गया</translation>
    </message>
    <message>
        <source>Says now</source>
        <translation>अब</translation>
    </message>
    <message>
        <source>Applied by %1, %2.</source>
        <translation>%1 ने लागू किया, %2।</translation>
    </message>
    <message>
        <source>Dismissed by %1, %2.</source>
        <translation>%1 ने ख़ारिज किया, %2।</translation>
    </message>
    <message>
        <source>Given back by %1, %2.</source>
        <translation>%1 ने लौटाया, %2।</translation>
    </message>
    <message>
        <source>Withdrawn by %1, %2.</source>
        <translation>%1 ने वापस लिया, %2।</translation>
    </message>
    <message>
        <source>The record is deleted. Applying the edit brings it back, with all that hung on it.</source>
        <translation>रिकॉर्ड हटाया जा चुका है। बदलाव लागू करने पर वह अपनी सब चीज़ों के साथ लौट आएगा।</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>बंद करें</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>वापस लें</translation>
    </message>
    <message>
        <source>Give back</source>
        <translation>लौटाएँ</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>ख़ारिज करें</translation>
    </message>
    <message>
        <source>Open again</source>
        <translation>फिर खोलें</translation>
    </message>
    <message>
        <source>Restore and apply</source>
        <translation>वापस लाएँ और लागू करें</translation>
    </message>
    <message>
        <source>Apply again</source>
        <translation>फिर लागू करें</translation>
    </message>
    <message>
        <source>Write why before you dismiss it.</source>
        <translation>ख़ारिज करने से पहले कारण लिखें।</translation>
    </message>
</context>
<context>
    <name>RefusedPart</name>
    <message>
        <source>Waits</source>
        <translation>प्रतीक्षा में</translation>
    </message>
    <message>
        <source>Applied</source>
        <translation>लागू</translation>
    </message>
    <message>
        <source>Dismissed</source>
        <translation>ख़ारिज</translation>
    </message>
    <message>
        <source>Given back</source>
        <translation>लौटाया गया</translation>
    </message>
    <message>
        <source>Withdrawn</source>
        <translation>वापस लिया गया</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>रिकॉर्ड</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>प्रकार</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>बदलाव</translation>
    </message>
    <message>
        <source>Refused because</source>
        <translation>अस्वीकार का कारण</translation>
    </message>
    <message>
        <source>Typed by</source>
        <translation>किसने लिखा</translation>
    </message>
    <message>
        <source>When</source>
        <translation>कब</translation>
    </message>
    <message>
        <source>State</source>
        <translation>स्थिति</translation>
    </message>
    <message>
        <source>Refused edits</source>
        <translation>अस्वीकृत बदलाव</translation>
    </message>
    <message>
        <source>Nothing was refused</source>
        <translation>कुछ अस्वीकार नहीं हुआ</translation>
    </message>
    <message>
        <source>An edit the server may not accept is kept, with its reason, for a manager to review.</source>
        <translation>जिस बदलाव को सर्वर स्वीकार न करे, वह कारण सहित प्रबंधक के लिए रखा जाता है।</translation>
    </message>
    <message>
        <source>Review …</source>
        <translation>समीक्षा करें …</translation>
    </message>
    <message>
        <source>Show what was decided, too</source>
        <translation>तय हो चुके भी दिखाएँ</translation>
    </message>
</context>
<context>
    <name>ReportsPane</name>
    <message>
        <source>Report</source>
        <translation>रिपोर्ट</translation>
    </message>
    <message>
        <source>From</source>
        <translation>से</translation>
    </message>
    <message>
        <source>To</source>
        <translation>तक</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>दिखाएँ</translation>
    </message>
    <message>
        <source>Save as PDF …</source>
        <translation>PDF में सहेजें …</translation>
    </message>
    <message>
        <source>Save as workbook …</source>
        <translation>वर्कबुक में सहेजें …</translation>
    </message>
    <message>
        <source>Save the report</source>
        <translation>रिपोर्ट सहेजें</translation>
    </message>
    <message>
        <source>Report %1</source>
        <translation>रिपोर्ट %1</translation>
    </message>
    <message>
        <source>Saved %1</source>
        <translation>%1 सहेजा गया</translation>
    </message>
</context>
<context>
    <name>ReversalDialog</name>
    <message>
        <source>Reverse the payment</source>
        <translation>भुगतान उलटें</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Shortcuts</source>
        <translation>शॉर्टकट</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>बंद करें</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>EVERYWHERE</source>
        <translation>हर जगह</translation>
    </message>
    <message>
        <source>LIST AND RECORD</source>
        <translation>सूची और रिकॉर्ड</translation>
    </message>
    <message>
        <source>WORK</source>
        <translation>काम</translation>
    </message>
    <message>
        <source>Search everything</source>
        <translation>सब कुछ खोजें</translation>
    </message>
    <message>
        <source>New record of this kind</source>
        <translation>इसी प्रकार का नया रिकॉर्ड</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>अभी सिंक करें</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>लॉक करें</translation>
    </message>
    <message>
        <source>Next part of the window</source>
        <translation>विंडो का अगला भाग</translation>
    </message>
    <message>
        <source>This sheet</source>
        <translation>यह सूची</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>सहायता</translation>
    </message>
    <message>
        <source>Filter the list</source>
        <translation>सूची छाँटें</translation>
    </message>
    <message>
        <source>Edit the record</source>
        <translation>रिकॉर्ड बदलें</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>सहेजें</translation>
    </message>
    <message>
        <source>Cancel, back</source>
        <translation>रद्द करें, वापस</translation>
    </message>
    <message>
        <source>Next record</source>
        <translation>अगला रिकॉर्ड</translation>
    </message>
    <message>
        <source>Record before</source>
        <translation>पिछला रिकॉर्ड</translation>
    </message>
    <message>
        <source>Log an activity</source>
        <translation>गतिविधि दर्ज करें</translation>
    </message>
    <message>
        <source>Attach a document</source>
        <translation>दस्तावेज़ जोड़ें</translation>
    </message>
    <message>
        <source>Import a file</source>
        <translation>फ़ाइल आयात करें</translation>
    </message>
</context>
<context>
    <name>SignInDialog</name>
    <message>
        <source>Sign in again</source>
        <translation>फिर से साइन इन करें</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>पासवर्ड</translation>
    </message>
    <message>
        <source>One-time code</source>
        <translation>एक-बारी कोड</translation>
    </message>
    <message>
        <source>6-digit code of your authenticator</source>
        <translation>ऑथेंटिकेटर का 6 अंकों का कोड</translation>
    </message>
    <message>
        <source>Caps Lock is on.</source>
        <translation>Caps Lock चालू है।</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>बाद में</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>साइन इन करें</translation>
    </message>
    <message>
        <source>Your work is safe on this laptop and you can go on. It is sent as soon as you have signed in.</source>
        <translation>आपका काम इस लैपटॉप पर सुरक्षित है और आप काम जारी रख सकते हैं। साइन इन करते ही वह भेज दिया जाएगा।</translation>
    </message>
    <message>
        <source>Type the password and a one-time code.</source>
        <translation>पासवर्ड और एक-बारी कोड लिखें।</translation>
    </message>
    <message>
        <source>This laptop’s files come from an older copy, or were copied to another one. Sign in to go on as a new laptop: what is not sent yet stays and is sent.</source>
        <translation>इस लैपटॉप की फ़ाइलें किसी पुरानी प्रति से आई हैं, या दूसरे लैपटॉप पर कॉपी की गई थीं। नए लैपटॉप के रूप में आगे बढ़ने के लिए साइन इन करें: जो अभी नहीं भेजा गया वह बना रहता है और भेज दिया जाएगा।</translation>
    </message>
    <message>
        <source>The password or the code is not right. Wait for a new code and try again.</source>
        <translation>पासवर्ड या कोड सही नहीं है। नए कोड की प्रतीक्षा करें और फिर कोशिश करें।</translation>
    </message>
    <message>
        <source>Too many failed attempts. Wait %1 seconds, then try again.</source>
        <translation>बहुत बार ग़लत कोशिश हुई। %1 सेकंड रुककर फिर कोशिश करें।</translation>
    </message>
    <message>
        <source>The server cannot be reached now. Go on working; sign in when it is back.</source>
        <translation>अभी सर्वर तक नहीं पहुँचा जा सकता। काम जारी रखें; सर्वर लौटने पर साइन इन करें।</translation>
    </message>
    <message>
        <source>Signing in …</source>
        <translation>साइन इन हो रहा है …</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Rows of the list</source>
        <translation>सूची की पंक्तियाँ</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>काम</translation>
    </message>
    <message numerus="yes">
        <source>%Ln conflict(s)</source>
        <translation>
            <numerusform>%Ln टकराव</numerusform>
            <numerusform>%Ln टकराव</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln job(s) running</source>
        <translation>
            <numerusform>%Ln काम जारी</numerusform>
            <numerusform>%Ln काम जारी</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sync</name>
    <message>
        <source>Everything is on the server</source>
        <translation>सब कुछ सर्वर पर है</translation>
    </message>
    <message>
        <source>Syncing</source>
        <translation>सिंक हो रहा है</translation>
    </message>
    <message>
        <source>The server cannot be reached</source>
        <translation>सर्वर तक पहुँच नहीं हो रही</translation>
    </message>
    <message>
        <source>Sign in to go on syncing</source>
        <translation>सिंक जारी रखने के लिए साइन इन करें</translation>
    </message>
    <message>
        <source>Sync did not work</source>
        <translation>सिंक नहीं हो पाया</translation>
    </message>
    <message>
        <source>Sync is paused</source>
        <translation>सिंक रुका हुआ है</translation>
    </message>
    <message>
        <source>Waiting for a link that is not metered</source>
        <translation>बिना मीटर वाले कनेक्शन की प्रतीक्षा है</translation>
    </message>
    <message>
        <source>Sending edits: %1 of %2</source>
        <translation>बदलाव भेजे जा रहे हैं: %2 में से %1</translation>
    </message>
    <message>
        <source>Receiving records: %1 of %2</source>
        <translation>रिकॉर्ड आ रहे हैं: %2 में से %1</translation>
    </message>
    <message>
        <source>Moving documents: %1 of %2</source>
        <translation>दस्तावेज़ भेजे या लाए जा रहे हैं: %2 में से %1</translation>
    </message>
    <message>
        <source>Asking the server what is new</source>
        <translation>सर्वर से पूछा जा रहा है कि नया क्या है</translation>
    </message>
    <message>
        <source>Not synced yet</source>
        <translation>अभी तक सिंक नहीं हुआ</translation>
    </message>
    <message>
        <source>Last sync: %1</source>
        <translation>पिछला सिंक: %1</translation>
    </message>
    <message>
        <source>Records are on the server; documents are still to come</source>
        <translation>रिकॉर्ड सर्वर पर हैं; दस्तावेज़ अभी बाकी हैं</translation>
    </message>
    <message>
        <source>Next try at %1</source>
        <translation>अगली कोशिश %1 बजे</translation>
    </message>
    <message>
        <source>Documents wait: this link is metered</source>
        <translation>दस्तावेज़ रुके हैं: यह कनेक्शन मीटर वाला है</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>लाइव</translation>
    </message>
    <message>
        <source>Looks for news every minute</source>
        <translation>हर मिनट नया देखा जाता है</translation>
    </message>
    <message>
        <source>Everything you entered is safe on this laptop.</source>
        <translation>आपका दर्ज किया सब कुछ इस लैपटॉप पर सुरक्षित है।</translation>
    </message>
    <message>
        <source>Nothing: it is tried again by itself.</source>
        <translation>कुछ नहीं: अपने आप फिर कोशिश होगी।</translation>
    </message>
    <message>
        <source>Ask your administrator.</source>
        <translation>अपने प्रशासक से पूछें।</translation>
    </message>
    <message>
        <source>The server does not answer over this network.</source>
        <translation>इस नेटवर्क पर सर्वर जवाब नहीं देता।</translation>
    </message>
    <message>
        <source>Work on. Sync goes on by itself when the connection is back.</source>
        <translation>काम करते रहें। कनेक्शन लौटते ही सिंक अपने आप आगे बढ़ेगा।</translation>
    </message>
    <message>
        <source>The server is there, but cannot answer now.</source>
        <translation>सर्वर चालू है, पर अभी जवाब नहीं दे सकता।</translation>
    </message>
    <message>
        <source>The server is busy and asked to wait.</source>
        <translation>सर्वर व्यस्त है और उसने रुकने को कहा है।</translation>
    </message>
    <message>
        <source>The server no longer accepts this sign-in.</source>
        <translation>सर्वर अब यह साइन इन नहीं मानता।</translation>
    </message>
    <message>
        <source>Sign in again.</source>
        <translation>फिर से साइन इन करें।</translation>
    </message>
    <message>
        <source>This laptop’s files come from an older copy, or were copied to another one.</source>
        <translation>इस लैपटॉप की फ़ाइलें किसी पुरानी प्रति से आई हैं, या दूसरे लैपटॉप पर कॉपी की गई थीं।</translation>
    </message>
    <message>
        <source>Sign in again, to go on as a new laptop. What is not sent yet stays.</source>
        <translation>नए लैपटॉप के रूप में आगे बढ़ने के लिए फिर से साइन इन करें। जो अभी नहीं भेजा गया वह बना रहता है।</translation>
    </message>
    <message>
        <source>The server is older than this program.</source>
        <translation>सर्वर इस प्रोग्राम से पुराना है।</translation>
    </message>
    <message>
        <source>This laptop’s access was taken away by your organisation.</source>
        <translation>आपकी संस्था ने इस लैपटॉप की पहुँच हटा दी है।</translation>
    </message>
    <message>
        <source>The server refused: your role does not allow this.</source>
        <translation>सर्वर ने मना किया: आपकी भूमिका में इसकी अनुमति नहीं है।</translation>
    </message>
    <message>
        <source>This version of the program is too old for the server.</source>
        <translation>प्रोग्राम का यह संस्करण सर्वर के लिए बहुत पुराना है।</translation>
    </message>
    <message>
        <source>Update the program. Your edits are sent afterwards.</source>
        <translation>प्रोग्राम अपडेट करें। आपके बदलाव उसके बाद भेजे जाएँगे।</translation>
    </message>
    <message>
        <source>The server’s certificate cannot be trusted.</source>
        <translation>सर्वर के प्रमाणपत्र पर भरोसा नहीं किया जा सकता।</translation>
    </message>
    <message>
        <source>Nothing was sent. Everything you entered is safe on this laptop.</source>
        <translation>कुछ भी नहीं भेजा गया। आपका दर्ज किया सब कुछ इस लैपटॉप पर सुरक्षित है।</translation>
    </message>
    <message>
        <source>Do not use this network for now. If it stays so, ask your administrator.</source>
        <translation>अभी इस नेटवर्क का उपयोग न करें। ऐसा ही रहे तो अपने प्रशासक से पूछें।</translation>
    </message>
    <message>
        <source>What answers at the server’s address is something else.</source>
        <translation>सर्वर के पते पर कोई और ही जवाब दे रहा है।</translation>
    </message>
    <message>
        <source>A guest Wi-Fi may want its sign-in page opened first.</source>
        <translation>हो सकता है अतिथि वाई-फ़ाई पहले अपना साइन इन पृष्ठ खुलवाना चाहे।</translation>
    </message>
    <message>
        <source>This laptop’s disk is full.</source>
        <translation>इस लैपटॉप की डिस्क भर गई है।</translation>
    </message>
    <message>
        <source>Free some space, then sync again.</source>
        <translation>कुछ जगह खाली करें, फिर सिंक करें।</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>हो गया</translation>
    </message>
    <message>
        <source>Documents left over</source>
        <translation>दस्तावेज़ बाकी</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>रोका गया</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>विफल</translation>
    </message>
    <message>
        <source>Edits and records as always; documents wait</source>
        <translation>बदलाव और रिकॉर्ड हमेशा की तरह; दस्तावेज़ रुकें</translation>
    </message>
    <message>
        <source>Nothing by itself</source>
        <translation>अपने आप कुछ नहीं</translation>
    </message>
    <message>
        <source>Everything as always</source>
        <translation>सब हमेशा की तरह</translation>
    </message>
    <message numerus="yes">
        <source>%Ln edit(s) will be sent in a moment</source>
        <translation>
            <numerusform>%Ln बदलाव अभी भेजा जाएगा</numerusform>
            <numerusform>%Ln बदलाव अभी भेजे जाएँगे</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln conflict(s) to decide</source>
        <translation>
            <numerusform>%Ln टकराव पर निर्णय बाकी</numerusform>
            <numerusform>%Ln टकरावों पर निर्णय बाकी</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln edit(s) waiting</source>
        <translation>
            <numerusform>%Ln बदलाव प्रतीक्षा में</numerusform>
            <numerusform>%Ln बदलाव प्रतीक्षा में</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) waiting</source>
        <translation>
            <numerusform>%Ln दस्तावेज़ प्रतीक्षा में</numerusform>
            <numerusform>%Ln दस्तावेज़ प्रतीक्षा में</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln edit(s) sent</source>
        <translation>
            <numerusform>%Ln बदलाव भेजा</numerusform>
            <numerusform>%Ln बदलाव भेजे</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln record(s) received</source>
        <translation>
            <numerusform>%Ln रिकॉर्ड मिला</numerusform>
            <numerusform>%Ln रिकॉर्ड मिले</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) sent</source>
        <translation>
            <numerusform>%Ln दस्तावेज़ भेजा</numerusform>
            <numerusform>%Ln दस्तावेज़ भेजे</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) received</source>
        <translation>
            <numerusform>%Ln दस्तावेज़ मिला</numerusform>
            <numerusform>%Ln दस्तावेज़ मिले</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln conflict(s)</source>
        <translation>
            <numerusform>%Ln टकराव</numerusform>
            <numerusform>%Ln टकराव</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln refused</source>
        <translation>
            <numerusform>%Ln अस्वीकृत</numerusform>
            <numerusform>%Ln अस्वीकृत</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SyncHead</name>
    <message>
        <source>State of sync</source>
        <translation>सिंक की स्थिति</translation>
    </message>
    <message>
        <source>Progress of sync</source>
        <translation>सिंक की प्रगति</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>अभी सिंक करें</translation>
    </message>
    <message>
        <source>Sync documents anyway</source>
        <translation>फिर भी दस्तावेज़ सिंक करें</translation>
    </message>
    <message>
        <source>Sign in …</source>
        <translation>साइन इन करें …</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>क्या हुआ</translation>
    </message>
    <message>
        <source>What is safe</source>
        <translation>क्या सुरक्षित है</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>क्या करें</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>फिर शुरू करें</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>रोकें</translation>
    </message>
</context>
<context>
    <name>SyncHistory</name>
    <message>
        <source>When</source>
        <translation>कब</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>नतीजा</translation>
    </message>
    <message>
        <source>What it did</source>
        <translation>क्या किया</translation>
    </message>
    <message>
        <source>Moved</source>
        <translation>डेटा</translation>
    </message>
    <message>
        <source>History of sync</source>
        <translation>सिंक का इतिहास</translation>
    </message>
    <message>
        <source>No history yet</source>
        <translation>अभी कोई इतिहास नहीं</translation>
    </message>
    <message>
        <source>Each sync that sends, receives or fails is listed here; those with nothing to do are not.</source>
        <translation>हर सिंक जो कुछ भेजे, लाए या विफल हो, यहाँ दिखता है; जिनमें कुछ करने को नहीं था, वे नहीं।</translation>
    </message>
</context>
<context>
    <name>SyncPane</name>
    <message>
        <source>Parts of sync</source>
        <translation>सिंक के भाग</translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation>टकराव</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>प्रतीक्षा में</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>अस्वीकृत</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>दोहराव</translation>
    </message>
    <message>
        <source>History</source>
        <translation>इतिहास</translation>
    </message>
    <message>
        <source>This laptop</source>
        <translation>यह लैपटॉप</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>रिकॉर्ड</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>फ़ील्ड</translation>
    </message>
    <message>
        <source>Server has</source>
        <translation>सर्वर पर</translation>
    </message>
    <message>
        <source>The other</source>
        <translation>दूसरा</translation>
    </message>
    <message>
        <source>Typed by</source>
        <translation>किसने लिखा</translation>
    </message>
    <message>
        <source>When</source>
        <translation>कब</translation>
    </message>
    <message>
        <source>No conflicts</source>
        <translation>कोई टकराव नहीं</translation>
    </message>
    <message>
        <source>When two people change the same field, you decide here which value stays.</source>
        <translation>जब दो लोग एक ही फ़ील्ड बदलें, तो यहाँ तय करें कि कौन-सा मान रहे।</translation>
    </message>
    <message>
        <source>Resolve …</source>
        <translation>सुलझाएँ …</translation>
    </message>
    <message>
        <source>Show what was decided, instead</source>
        <translation>इसकी जगह तय हो चुके दिखाएँ</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>प्रकार</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>बदलाव</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>फ़ील्ड</translation>
    </message>
    <message>
        <source>Edits waiting for the server</source>
        <translation>सर्वर की प्रतीक्षा में बदलाव</translation>
    </message>
    <message>
        <source>Edits made while there is no network wait here, safe on this laptop, and are sent by themselves.</source>
        <translation>नेटवर्क न होने पर किए गए बदलाव यहाँ इस लैपटॉप पर सुरक्षित रहते हैं और अपने आप भेजे जाते हैं।</translation>
    </message>
    <message>
        <source>Nothing waits</source>
        <translation>कुछ बाक़ी नहीं</translation>
    </message>
    <message>
        <source>Undo …</source>
        <translation>वापस लें …</translation>
    </message>
    <message>
        <source>New</source>
        <translation>नया</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>बदलाव</translation>
    </message>
    <message>
        <source>Deletion</source>
        <translation>हटाना</translation>
    </message>
</context>
<context>
    <name>SyncPill</name>
    <message>
        <source>%1 waiting</source>
        <translation>%1 बाक़ी</translation>
    </message>
    <message>
        <source>Synced</source>
        <translation>सिंक हो गया</translation>
    </message>
    <message>
        <source>Synced %1</source>
        <translation>सिंक %1</translation>
    </message>
    <message>
        <source>Syncing</source>
        <translation>सिंक जारी</translation>
    </message>
    <message>
        <source>Syncing %1/%2</source>
        <translation>सिंक जारी %1/%2</translation>
    </message>
    <message>
        <source>Offline · %1 waiting</source>
        <translation>ऑफ़लाइन · %1 बाक़ी</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>ऑफ़लाइन</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>साइन इन करें</translation>
    </message>
    <message>
        <source>Failed · Retry</source>
        <translation>विफल · फिर कोशिश</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>रुका हुआ</translation>
    </message>
    <message>
        <source>Metered</source>
        <translation>मीटर वाला</translation>
    </message>
    <message>
        <source>1 conflict</source>
        <translation>1 टकराव</translation>
    </message>
    <message>
        <source>%1 conflicts</source>
        <translation>%1 टकराव</translation>
    </message>
    <message>
        <source>Sync: %1</source>
        <translation>सिंक: %1</translation>
    </message>
</context>
<context>
    <name>TimelineTab</name>
    <message>
        <source>Timeline</source>
        <translation>समयरेखा</translation>
    </message>
    <message>
        <source>Show earlier</source>
        <translation>पहले के दिखाएँ</translation>
    </message>
    <message>
        <source>Nothing has happened yet</source>
        <translation>अभी तक कुछ नहीं हुआ</translation>
    </message>
    <message>
        <source>Log a note, a call or a follow-up above. Stages, payments and papers appear here by themselves.</source>
        <translation>ऊपर नोट, कॉल या फ़ॉलो-अप दर्ज करें। चरण, भुगतान और काग़ज़ात यहाँ अपने-आप दिखते हैं।</translation>
    </message>
    <message>
        <source>%1 (reversed)</source>
        <translation>%1 (उलटा गया)</translation>
    </message>
    <message>
        <source>Follow-up</source>
        <translation>फ़ॉलो-अप</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>चरण</translation>
    </message>
    <message>
        <source>Transaction</source>
        <translation>सौदा</translation>
    </message>
    <message>
        <source>Payment</source>
        <translation>भुगतान</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>दस्तावेज़</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>टकराव</translation>
    </message>
    <message>
        <source>due %1</source>
        <translation>नियत %1</translation>
    </message>
    <message>
        <source>Reversed</source>
        <translation>उलटा गया</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Search everything</source>
        <translation>सब कुछ खोजें</translation>
    </message>
    <message>
        <source>Ctrl+K</source>
        <translation>Ctrl+K</translation>
    </message>
    <message>
        <source>New</source>
        <translation>नया</translation>
    </message>
    <message>
        <source>New …</source>
        <translation>नया …</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>हल्का या गहरा</translation>
    </message>
    <message>
        <source>Lock (Ctrl+L)</source>
        <translation>लॉक करें (Ctrl+L)</translation>
    </message>
</context>
<context>
    <name>TransactionDetail</name>
    <message>
        <source>Money</source>
        <translation>लेन-देन</translation>
    </message>
    <message>
        <source>Docs</source>
        <translation>काग़ज़ात</translation>
    </message>
</context>
<context>
    <name>Transactions</name>
    <message>
        <source>DEAL</source>
        <translation>सौदा</translation>
    </message>
</context>
<context>
    <name>TransactionsPane</name>
    <message>
        <source>A transaction is recorded at its lead or customer: open one and choose Money.</source>
        <translation>सौदा उसकी लीड या ग्राहक पर दर्ज होता है: उसे खोलें और लेन-देन चुनें।</translation>
    </message>
    <message>
        <source>Go to leads</source>
        <translation>लीड पर जाएँ</translation>
    </message>
</context>
<context>
    <name>UnlockScreen</name>
    <message>
        <source>Password</source>
        <translation>पासवर्ड</translation>
    </message>
    <message>
        <source>One-time code</source>
        <translation>एक-बारी कोड</translation>
    </message>
    <message>
        <source>6-digit code of your authenticator</source>
        <translation>ऑथेंटिकेटर का 6 अंकों का कोड</translation>
    </message>
    <message>
        <source>Caps Lock is on.</source>
        <translation>Caps Lock चालू है।</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>खोलें</translation>
    </message>
    <message>
        <source>Your data is encrypted on this laptop.</source>
        <translation>इस लैपटॉप पर आपका डेटा एन्क्रिप्टेड है।</translation>
    </message>
    <message>
        <source>Opening …</source>
        <translation>खुल रहा है …</translation>
    </message>
</context>
<context>
    <name>Vehicles</name>
    <message>
        <source>VEHICLE</source>
        <translation>गाड़ी</translation>
    </message>
    <message>
        <source>NUMBERS</source>
        <translation>नंबर</translation>
    </message>
    <message>
        <source>STOCK</source>
        <translation>स्टॉक</translation>
    </message>
</context>
<context>
    <name>When</name>
    <message>
        <source>Just now</source>
        <translation>अभी</translation>
    </message>
    <message>
        <source>Today %1</source>
        <translation>आज %1</translation>
    </message>
    <message>
        <source>Yesterday %1</source>
        <translation>कल (बीता) %1</translation>
    </message>
    <message>
        <source>Tomorrow %1</source>
        <translation>कल %1</translation>
    </message>
</context>
<context>
    <name>Workspace</name>
    <message>
        <source>Import a file …</source>
        <translation>फ़ाइल आयात करें …</translation>
    </message>
    <message>
        <source>Go there</source>
        <translation>वहाँ जाएँ</translation>
    </message>
</context>
</TS>
