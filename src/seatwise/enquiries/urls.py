"""Questions and answers."""

from django.urls import path

from seatwise.enquiries.pages import by_link, signed_in

app_name = "enquiries"
urlpatterns = [
    path("answer/", by_link.answer, name="answer"),
    path("answer/question/", by_link.question, name="question_by_link"),
    path("answer/reply/", by_link.reply, name="answer_by_link"),
    path("answer/taking-back/", by_link.take_back, name="taking_back_by_link"),
    path("enquiries/<int:pk>/", signed_in.enquiry, name="enquiry"),
    path("enquiries/<int:pk>/answer/", signed_in.answer, name="own_answer"),
    path("enquiries/<int:pk>/taking-back/", signed_in.take_back, name="taking_back"),
    path("enquiries/<int:pk>/reminder/", signed_in.remind, name="reminder"),
]
